//! Which field stands where. Positions count from 0; ICAO's tables count from 1.

use serde::{Deserialize, Serialize};

use super::Fault;

/// A format of zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Cards: three lines of 30 (part 5).
    Td1,
    /// Larger cards: two lines of 36 (part 6).
    Td2,
    /// Passports: two lines of 44 (part 4).
    Td3,
    /// Large visas: two lines of 44 (part 7 §4.2).
    MrvA,
    /// Small visas: two lines of 36 (part 7 §5.2).
    MrvB,
}

/// What a check digit is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// The document's number.
    Number,
    /// The day of birth.
    Birth,
    /// The last day of validity.
    Expiry,
    /// The passport's optional data.
    Optional,
    /// Most of the zone together.
    Composite,
}

/// A stretch of a line: its number, where it begins and where it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) usize, pub(super) usize, pub(super) usize);

pub(super) struct Layout {
    pub(super) code: Field,
    pub(super) issuer: Field,
    pub(super) number: Field,
    pub(super) nationality: Field,
    pub(super) birth: Field,
    pub(super) sex: Field,
    pub(super) expiry: Field,
    pub(super) names: Field,
    pub(super) optional: &'static [Field],
    /// Fields whose check digit is the sign behind them.
    pub(super) checked: &'static [(Checked, Field)],
    /// The pieces of the composite check, and where its digit stands.
    pub(super) composite: Option<(&'static [Field], Field)>,
    /// Where a number of more than nine signs goes on, if the format provides for it.
    pub(super) overflow: Option<Field>,
}

const TWO: Layout = Layout {
    code: Field(0, 0, 2),
    issuer: Field(0, 2, 5),
    number: Field(1, 0, 9),
    nationality: Field(1, 10, 13),
    birth: Field(1, 13, 19),
    sex: Field(1, 20, 21),
    expiry: Field(1, 21, 27),
    names: Field(0, 5, 44),
    optional: &[Field(1, 28, 44)],
    checked: &[
        (Checked::Number, Field(1, 0, 9)),
        (Checked::Birth, Field(1, 13, 19)),
        (Checked::Expiry, Field(1, 21, 27)),
    ],
    composite: None,
    overflow: None,
};

static TD3: Layout = Layout {
    optional: &[Field(1, 28, 42)],
    checked: &[
        (Checked::Number, Field(1, 0, 9)),
        (Checked::Birth, Field(1, 13, 19)),
        (Checked::Expiry, Field(1, 21, 27)),
        (Checked::Optional, Field(1, 28, 42)),
    ],
    composite: Some((&[Field(1, 0, 10), Field(1, 13, 20), Field(1, 21, 43)], Field(1, 43, 44))),
    ..TWO
};
static TD2: Layout = Layout {
    names: Field(0, 5, 36),
    optional: &[Field(1, 28, 35)],
    composite: Some((&[Field(1, 0, 10), Field(1, 13, 20), Field(1, 21, 35)], Field(1, 35, 36))),
    overflow: Some(Field(1, 28, 35)),
    ..TWO
};
static MRV_A: Layout = TWO;
static MRV_B: Layout = Layout {
    names: Field(0, 5, 36),
    optional: &[Field(1, 28, 36)],
    ..TWO
};
static TD1: Layout = Layout {
    code: Field(0, 0, 2),
    issuer: Field(0, 2, 5),
    number: Field(0, 5, 14),
    nationality: Field(1, 15, 18),
    birth: Field(1, 0, 6),
    sex: Field(1, 7, 8),
    expiry: Field(1, 8, 14),
    names: Field(2, 0, 30),
    optional: &[Field(0, 15, 30), Field(1, 18, 29)],
    checked: &[
        (Checked::Number, Field(0, 5, 14)),
        (Checked::Birth, Field(1, 0, 6)),
        (Checked::Expiry, Field(1, 8, 14)),
    ],
    composite: Some((
        &[Field(0, 5, 30), Field(1, 0, 7), Field(1, 8, 15), Field(1, 18, 29)],
        Field(1, 29, 30),
    )),
    overflow: Some(Field(0, 15, 30)),
};

impl Layout {
    pub(super) fn of(format: Format) -> &'static Self {
        match format {
            Format::Td1 => &TD1,
            Format::Td2 => &TD2,
            Format::Td3 => &TD3,
            Format::MrvA => &MRV_A,
            Format::MrvB => &MRV_B,
        }
    }
}

/// Lines of a known format: ASCII, of the right length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) format: Format,
    text: Vec<String>,
}

impl Lines {
    pub(super) fn new(lines: &[&str]) -> Result<Self, Fault> {
        let sign = |sign: char| sign == '<' || sign.is_ascii_digit() || sign.is_ascii_uppercase();
        if !lines.iter().all(|line| line.chars().all(sign)) {
            return Err(Fault::Sign);
        }
        let visa = lines.first().is_some_and(|line| line.starts_with('V'));
        let lengths: Vec<usize> = lines.iter().map(|line| line.len()).collect();
        let format = match (lengths.as_slice(), visa) {
            ([30, 30, 30], _) => Format::Td1,
            ([36, 36], false) => Format::Td2,
            ([36, 36], true) => Format::MrvB,
            ([44, 44], false) => Format::Td3,
            ([44, 44], true) => Format::MrvA,
            _ => return Err(Fault::Lines),
        };
        Ok(Self {
            format,
            text: lines.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    pub(super) fn field(&self, Field(line, start, end): Field) -> &str {
        self.text.get(line).and_then(|line| line.get(start..end)).unwrap_or("")
    }

    /// The sign behind a field: its check digit.
    pub(super) fn after(&self, Field(line, _, end): Field) -> char {
        self.field(Field(line, end, end + 1)).chars().next().unwrap_or('<')
    }

    /// The same lines with one sign replaced.
    pub(super) fn with(&self, line: usize, column: usize, sign: char) -> Self {
        let mut lines = self.clone();
        if let Some(text) = lines.text.get_mut(line) {
            *text = text
                .chars()
                .enumerate()
                .map(|(at, old)| if at == column { sign } else { old })
                .collect();
        }
        lines
    }

    /// The number whole, and the optional data without what of the number stands there. Part 5 §4.2.2.1 note j.
    pub(super) fn number(&self, layout: &Layout) -> (String, Vec<String>) {
        let mut number = self.field(layout.number).to_owned();
        let mut optional: Vec<String> = layout
            .optional
            .iter()
            .map(|field| self.field(*field).to_owned())
            .collect();
        if let (Some((rest, _)), Some(first)) = (self.overflow(layout), optional.first_mut()) {
            number.push_str(rest);
            // Rest, check digit, and the filler that ends them.
            *first = first.chars().skip(rest.len() + 2).collect();
        }
        let clean = |text: &String| text.trim_matches('<').to_owned();
        (
            number.replace('<', ""),
            optional.iter().map(clean).filter(|text| !text.is_empty()).collect(),
        )
    }

    /// What of a long number stands in the optional field, and its check digit.
    pub(super) fn overflow(&self, layout: &Layout) -> Option<(&str, char)> {
        let field = self.field(layout.overflow?);
        if self.after(layout.number) != '<' {
            return None;
        }
        let rest = field.split('<').next()?;
        let digit = rest.chars().next_back()?;
        (rest.len() > 1).then(|| (rest.get(..rest.len() - 1).unwrap_or(""), digit))
    }
}
