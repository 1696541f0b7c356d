//! Any lines as a zone: births are never in the future, and a zone that holds was either right or repaired.
#![no_main]

use chrono::NaiveDate;
use doorward_builtin::mrz::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
    let lines: Vec<&str> = text.lines().collect();
    if let Ok(zone) = Zone::parse(&lines, today) {
        assert!(zone.birth.and_then(|birth| birth.full()).is_none_or(|birth| birth <= today));
    }
});
