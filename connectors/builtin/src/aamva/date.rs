//! Eight digits as a date: MMDDCCYY in the United States since version 02, CCYYMMDD in Canada and in version 01.

use chrono::NaiveDate;

/// The date, and whether it was in the other order than expected.
pub(super) fn read(text: &str, year_first: bool) -> Option<(NaiveDate, bool)> {
    let order = |year_first: bool| {
        if year_first {
            parse(text, [4, 6, 0])
        } else {
            parse(text, [0, 2, 4])
        }
    };
    let expected = order(year_first).map(|date| (date, false));
    expected.or_else(|| order(!year_first).map(|date| (date, true)))
}

/// Month, day and year where they begin.
fn parse(text: &str, [month, day, year]: [usize; 3]) -> Option<NaiveDate> {
    /// Nobody's papers are older, none is good for longer; and no day of one order is a year of the other in between.
    const YEARS: std::ops::RangeInclusive<i32> = 1880..=2200;
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, length: usize| text.get(from..from + length)?.parse::<u32>().ok();
    let year = i32::try_from(part(year, 4)?).ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, part(month, 2)?, part(day, 2)?)
}
