//! What is kept between two requests is afterwards what it was before.

use doorward_builtin::document::{Reading, Wanted};
use doorward_builtin::specimen::Licence;

use crate::stand::{back, front, maria, passport, read};

fn kept(reading: &Reading) -> Reading {
    let written = serde_json::to_string(reading).expect("written");
    serde_json::from_str(&written).expect("read again")
}

#[test]
fn what_a_passport_said_is_the_same_a_request_later() {
    let reading = read(&passport(&maria(), 1), None, &Wanted::default());
    assert!(reading.readable(), "{reading:?}");
    assert!(kept(&reading) == reading);
}

#[test]
fn what_a_licence_said_is_the_same_a_request_later_down_to_the_names_of_missing_elements() {
    let mut licence = Licence::example(10);
    licence.elements.retain(|(name, _)| name != "DCF");
    let reading = read(front(), Some(&back(&licence, &[], 3)), &Wanted::default());
    assert!(
        reading.readable() && format!("{reading:?}").contains("Missing(\"DCF\")"),
        "{reading:?}"
    );
    assert!(kept(&reading) == reading);
}
