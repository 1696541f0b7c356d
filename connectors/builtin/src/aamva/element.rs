//! The text of a barcode taken apart into elements, leniently: issuers write it in many ways, and one bad field must not spoil the rest.

use std::collections::BTreeMap;

use super::{Fault, Leniency};

/// Codes hold at most 2,710 characters (ISO/IEC 15438); a longer text is not from one.
const LONGEST: usize = 4_096;

/// What is kept. Everything else (donor, veteran, until when under age, what a jurisdiction adds) is dropped where it is read:
/// nobody here needs it.
const KEPT: [&str; 36] = [
    "DAA", "DAB", "DAC", "DAD", "DAE", "DAG", "DAH", "DAI", "DAJ", "DAK", "DAQ", "DAU", "DAY", "DBA", "DBB", "DBC",
    "DBD", "DBG", "DBN", "DBS", "DCA", "DCB", "DCD", "DCF", "DCG", "DCJ", "DCK", "DCS", "DCT", "DCU", "DDA", "DDB",
    "DDD", "DDE", "DDF", "DDG",
];

/// A text taken apart.
pub(super) struct Parts {
    pub(super) issuer: String,
    pub(super) version: u8,
    pub(super) kind: String,
    pub(super) elements: BTreeMap<String, String>,
    pub(super) credential: Option<String>,
    pub(super) leniencies: Vec<Leniency>,
}

/// A subfile's entry in the header.
struct Entry {
    kind: String,
    offset: usize,
    length: usize,
}

/// A cursor over the header.
struct Header<'a> {
    text: &'a [char],
    at: usize,
}

impl Header<'_> {
    fn take(&mut self, count: usize) -> Option<String> {
        let part = self.text.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(part.iter().collect())
    }

    fn number(&mut self, count: usize) -> Option<usize> {
        let digits = self.take(count)?;
        digits
            .chars()
            .all(|sign| sign.is_ascii_digit())
            .then(|| digits.parse().ok())?
    }

    fn entry(&mut self) -> Option<Entry> {
        let start = self.at;
        let entry = (self.take(2), self.number(4), self.number(4));
        if let (Some(kind), Some(offset), Some(length)) = entry {
            return Some(Entry { kind, offset, length });
        }
        self.at = start;
        None
    }
}

impl Parts {
    pub(super) fn of(text: &str) -> Result<Self, Fault> {
        let text: Vec<char> = text.chars().take(LONGEST).collect();
        let mut leniencies = Vec::new();
        let start = begin(&text, &mut leniencies)?;
        let mut header = Header { text: &text, at: start };
        let issuer = header
            .take(6)
            .filter(|issuer| issuer.chars().all(|sign| sign.is_ascii_digit()));
        let issuer = issuer.ok_or(Fault::Header)?;
        let version = header
            .number(2)
            .and_then(|version| u8::try_from(version).ok())
            .ok_or(Fault::Header)?;
        if version >= 2 {
            header.number(2).ok_or(Fault::Header)?;
        }
        let count = header.number(2).ok_or(Fault::Header)?;
        let entries: Vec<Entry> = (0..count).map_while(|_| header.entry()).collect();
        if entries.len() != count || count == 0 {
            leniencies.push(Leniency::Offsets);
        }
        let mut parts = Self {
            issuer,
            version,
            kind: String::new(),
            elements: BTreeMap::new(),
            credential: None,
            leniencies,
        };
        parts.subfiles(&text, header.at, &entries);
        if parts.elements.is_empty() {
            Err(Fault::Empty)
        } else {
            Ok(parts)
        }
    }

    fn subfiles(&mut self, text: &[char], after: usize, entries: &[Entry]) {
        for entry in entries {
            let Some(body) = exact(text, entry) else { continue };
            match entry.kind.as_str() {
                "DL" | "ID" | "EN" if self.elements.is_empty() => {
                    self.kind.clone_from(&entry.kind);
                    self.read(body);
                }
                // California's signed credential: kept as it is, for whoever learns to check it.
                "ZZ" => self.credential = Some(body.iter().collect()),
                _ => {}
            }
        }
        let Some((kind, body)) = search(text, after).filter(|_| self.elements.is_empty()) else {
            return;
        };
        self.note(Leniency::Offsets);
        self.kind = kind;
        self.read(body);
    }

    fn read(&mut self, body: &[char]) {
        let body: String = body.iter().collect();
        // Elements end with LF, the last with CR.
        if body.trim_end_matches('\r').contains('\r') {
            self.note(Leniency::LineEnds);
        }
        for line in body.split(['\n', '\r']).filter(|line| !line.is_empty()) {
            let (Some(name), Some(value)) = (line.get(..3), line.get(3..)) else {
                self.note(Leniency::Element);
                continue;
            };
            if !name
                .chars()
                .all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
            {
                self.note(Leniency::Element);
            } else if KEPT.contains(&name) {
                self.keep(name, value);
            }
        }
    }

    fn keep(&mut self, name: &str, value: &str) {
        let trimmed = value.trim();
        // The postal code is the one element of fixed length.
        if trimmed.len() != value.len() && name != "DAK" {
            self.note(Leniency::Padding);
        }
        match self.elements.get(name) {
            Some(known) if known != trimmed => self.note(Leniency::Repeated),
            Some(_) => {}
            None => {
                self.elements.insert(name.to_owned(), trimmed.to_owned());
            }
        }
    }

    fn note(&mut self, leniency: Leniency) {
        if !self.leniencies.contains(&leniency) {
            self.leniencies.push(leniency);
        }
    }
}

/// Where the issuer's number begins. By the standard: `@`, LF, RS, CR, `ANSI `.
fn begin(text: &[char], leniencies: &mut Vec<Leniency>) -> Result<usize, Fault> {
    /// How far a reader's or an issuer's additions may push the tag back.
    const REACH: usize = 24;
    let found = |tag: &str| {
        let tag: Vec<char> = tag.chars().collect();
        text.windows(tag.len()).take(REACH).position(|part| part == tag)
    };
    let (tag, at) = match (found("ANSI "), found("AAMVA")) {
        (Some(at), _) => ("ANSI ", at),
        (None, Some(at)) => {
            leniencies.push(Leniency::Tag);
            ("AAMVA", at)
        }
        (None, None) => return Err(Fault::Header),
    };
    if text.get(..at) != Some(&['@', '\n', '\u{1e}', '\r']) {
        leniencies.push(Leniency::Separators);
    }
    Ok(at + tag.len())
}

/// The body where the header says it is, if that is true: it begins with its kind and ends with CR.
fn exact<'a>(text: &'a [char], entry: &Entry) -> Option<&'a [char]> {
    let body = text.get(entry.offset..entry.offset.checked_add(entry.length)?)?;
    let (kind, rest) = body.split_at_checked(2)?;
    let right = kind.iter().copied().eq(entry.kind.chars()) && rest.last() == Some(&'\r');
    right.then_some(rest)
}

/// The first body behind the header that begins as one does: its kind, then an element of the set D.
fn search(text: &[char], after: usize) -> Option<(String, &[char])> {
    let begins = |part: &[char]| {
        let [a, b, 'D', c, d] = part else { return false };
        matches!((a, b), ('D', 'L') | ('I', 'D') | ('E', 'N')) && c.is_ascii_uppercase() && d.is_ascii_uppercase()
    };
    let rest = text.get(after.saturating_sub(10)..)?;
    let at = rest.windows(5).position(begins)?;
    let (kind, body) = rest.get(at..)?.split_at_checked(2)?;
    // Up to the next subfile; where line ends are mixed, up to the end of the text.
    let end = body.iter().position(|sign| *sign == '\r');
    let end = end.filter(|end| body.get(end + 1) != Some(&'\n')).unwrap_or(body.len());
    Some((kind.iter().collect(), body.get(..end).unwrap_or(body)))
}
