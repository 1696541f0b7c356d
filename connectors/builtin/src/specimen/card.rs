//! Barcodes of invented North American licences: the text after the AAMVA DL/ID Card Design Standard, the code by the library's encoder.

use rxing::pdf417::PDF417Writer;
use rxing::pdf417::encoder::Dimensions;
use rxing::{BarcodeFormat, EncodeHints, Writer};

use crate::number::size;
use crate::raster::Grey;

/// What a licence's barcode says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// The issuer's number, six digits.
    pub issuer: String,
    /// The version of the standard, 1 to 10.
    pub version: u8,
    /// Elements of the subfile `DL`, in order: three letters and the value.
    pub elements: Vec<(String, String)>,
}

impl Licence {
    /// A licence of Virginia, whose number the standard uses in its own examples; the bearer is invented.
    pub fn example(version: u8) -> Self {
        let elements = [
            ("DAQ", "T64235789"),
            ("DCS", "SAMPLETON"),
            ("DDE", "N"),
            ("DAC", "MORGAN"),
            ("DDF", "N"),
            ("DAD", "LEE"),
            ("DDG", "N"),
            ("DCA", "D"),
            ("DCB", "NONE"),
            ("DCD", "NONE"),
            ("DBD", "06152023"),
            ("DBB", "02291988"),
            ("DBA", "02282031"),
            ("DBC", "2"),
            ("DAU", "066 IN"),
            ("DAY", "BRO"),
            ("DAG", "1 INVENTED LANE"),
            ("DAI", "NOWHERE"),
            ("DAJ", "VA"),
            ("DAK", "222220000  "),
            ("DCF", "83D9BN217QO983B1"),
            ("DCG", "USA"),
            ("DAW", "150"),
            ("DAZ", "BRO"),
            ("DCK", "12345678900000000000"),
            ("DDA", "F"),
            ("DDB", "08292017"),
            ("DDK", "1"),
        ];
        let elements = elements
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        Self {
            issuer: "636000".to_owned(),
            version,
            elements,
        }
    }

    /// A licence of Ontario, with dates and address as Canada writes them.
    pub fn canadian() -> Self {
        let elements = [
            ("DCS", "TREMBLEUR"),
            ("DAC", "ÉLODIE"),
            ("DBA", "20310611"),
            ("DBB", "19900611"),
            ("DBC", "2"),
            ("DAQ", "T7654-90061-15611"),
            ("DCF", "DQ1234567"),
            ("DCG", "CAN"),
            ("DBD", "20240611"),
            ("DAG", "1 RUE INVENTÉE"),
            ("DAI", "NULLEPART"),
            ("DAJ", "ON"),
            ("DAK", "K1A 0B1    "),
            ("DCA", "G"),
            ("DCB", "X"),
            ("DCD", "NONE"),
            ("DAU", "168 cm"),
            ("DAY", "BRO"),
            ("DDE", "N"),
            ("DDF", "N"),
            ("DDG", "N"),
        ];
        let elements = elements
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        Self {
            issuer: "636012".to_owned(),
            version: 8,
            elements,
        }
    }

    /// The same with another value of one element; without it, if the value is empty.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.elements.retain(|(known, _)| known != name || !value.is_empty());
        match self.elements.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None if value.is_empty() => {}
            None => self.elements.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The text of the code.
    pub fn text(&self) -> String {
        let joined = |elements: &[(String, String)]| {
            elements
                .iter()
                .map(|(name, value)| format!("{name}{value}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let subfiles = [("DL", joined(&self.elements)), ("ZV", "ZVA01".to_owned())];
        let bodies: Vec<String> = subfiles.iter().map(|(kind, body)| format!("{kind}{body}\r")).collect();
        // Version 01 has no version of the jurisdiction.
        let jurisdiction = if self.version >= 2 { "01" } else { "" };
        let mut text = format!(
            "@\n\u{1e}\rANSI {}{:02}{jurisdiction}{:02}",
            self.issuer,
            self.version,
            bodies.len()
        );
        // Lengths count bytes of Latin-1, of which each of these characters is one.
        let mut offset = text.chars().count() + 10 * bodies.len();
        for ((kind, _), body) in subfiles.iter().zip(&bodies) {
            let length = body.chars().count();
            text = format!("{text}{kind}{offset:04}{length:04}");
            offset += length;
        }
        text + &bodies.concat()
    }
}

/// The code as bars, one pixel for each module across; none if the text does not fit so many columns.
pub fn barcode(text: &str, columns: usize) -> Option<Grey> {
    let hints = EncodeHints {
        ErrorCorrection: Some("5".to_owned()),
        Margin: Some("0".to_owned()),
        Pdf417Dimensions: Some(Dimensions::new(columns, columns, 3, 90)),
        ..EncodeHints::default()
    };
    let bits = PDF417Writer
        .encode_with_hints(text, &BarcodeFormat::PDF_417, 10, 10, &hints)
        .ok()?;
    let upright = bits.getWidth() >= bits.getHeight();
    let (width, height) = (size(bits.getWidth()), size(bits.getHeight()));
    let value = |x, y| if bits.get(x, y) { 0 } else { 255 };
    let edge = crate::number::edge;
    Some(if upright {
        Grey::from_fn(width, height, |x, y| value(edge(x), edge(y)))
    } else {
        Grey::from_fn(height, width, |x, y| value(edge(y), edge(x)))
    })
}
