//! Six digits as a date. Part 3 §4.8: YYMMDD; of a birth, unknown parts are fillers.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A day of birth of which month and day may be unknown.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialDate {
    /// Year.
    pub year: i32,
    /// Month, from 1.
    pub month: Option<u32>,
    /// Day of the month, from 1.
    pub day: Option<u32>,
}

impl PartialDate {
    /// The date, if all of it is known.
    pub fn full(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.month?, self.day?)
    }

    /// Whether a full date is what is known of this one.
    pub fn fits(self, date: NaiveDate) -> bool {
        let agree = |known: Option<u32>, other: u32| known.is_none_or(|known| known == other);
        self.year == date.year() && agree(self.month, date.month()) && agree(self.day, date.day())
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(date: NaiveDate) -> Self {
        Self {
            year: date.year(),
            month: Some(date.month()),
            day: Some(date.day()),
        }
    }
}

impl std::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartialDate(…)")
    }
}

/// Two digits, or two fillers.
enum Pair {
    Unknown,
    Known(u32),
}

impl Pair {
    fn of(text: &str, from: usize) -> Option<Self> {
        match text.get(from..from + 2)? {
            "<<" => Some(Self::Unknown),
            digits => digits.parse().ok().map(Self::Known),
        }
    }

    fn known(self) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Known(value) => Some(value),
        }
    }
}

fn known(text: &str, from: usize) -> Option<u32> {
    Pair::of(text, from)?.known()
}

/// The latest day that is not in the future.
pub(super) fn birth(text: &str, today: NaiveDate) -> Option<PartialDate> {
    let year = i32::try_from(known(text, 0)?).ok()?;
    let (month, day) = (Pair::of(text, 2)?.known(), Pair::of(text, 4)?.known());
    // A leap day stands in for unknown parts, so that only what is impossible is refused.
    NaiveDate::from_ymd_opt(2000, month.unwrap_or(1), day.unwrap_or(1))?;
    let century = today.year() - today.year().rem_euclid(100);
    let future = |year: i32| (year, month.unwrap_or(1), day.unwrap_or(1)) > (today.year(), today.month(), today.day());
    let year = if future(century + year) {
        century - 100 + year
    } else {
        century + year
    };
    let date = PartialDate { year, month, day };
    let whole = month.is_none() || day.is_none() || date.full().is_some();
    whole.then_some(date)
}

/// The day nearest to today: documents are good for ten years, and shown some years after.
pub(super) fn expiry(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let year = i32::try_from(known(text, 0)?).ok()?;
    let (month, day) = (known(text, 2)?, known(text, 4)?);
    let century = today.year() - today.year().rem_euclid(100);
    let nearest = [century - 100, century, century + 100].map(|century| century + year);
    let year = nearest.into_iter().min_by_key(|year| (year - today.year()).abs())?;
    NaiveDate::from_ymd_opt(year, month, day)
}
