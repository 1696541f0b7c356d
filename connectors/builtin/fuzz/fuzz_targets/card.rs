//! Any text as a licence's barcode.
#![no_main]

use doorward_builtin::aamva::{Card, conflicts, doubts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(card) = Card::parse(text) {
        let _read = (card.number(), card.family(), card.first(), card.middle(), conflicts(&card), doubts(&card));
    }
});
