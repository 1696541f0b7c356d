//! The file of words and the pages fit each other: nothing missing, nothing left over, no place unfilled.

use doorward::pages::{Page, Pages, text};
use scraper::Html;
use toml::Value;

use super::{lengths_and_dates, northwind, reading, samples, without_scripts};

/// A way to a value: keys, and places in lists.
type Way = Vec<String>;

fn leaves(value: &Value, way: &Way, out: &mut Vec<(Way, String)>) {
    let mut below = |key: String, value: &Value| {
        let mut way = way.clone();
        way.push(key);
        leaves(value, &way, out);
    };
    match value {
        Value::Table(table) => table.iter().for_each(|(key, value)| below(key.clone(), value)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(at.to_string(), value)),
        Value::String(text) => out.push((way.clone(), text.clone())),
        other => panic!("{way:?} is {other}, not text"),
    }
}

fn table<'a>(words: &'a mut Value, way: &[String]) -> Option<&'a mut toml::Table> {
    way.iter()
        .try_fold(words, |value, key| match value {
            Value::Table(table) => table.get_mut(key),
            Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
            _ => None,
        })?
        .as_table_mut()
}

fn english() -> (Value, Vec<(Way, String)>) {
    let words: Value = toml::from_str(text::ENGLISH).unwrap();
    let mut found = Vec::new();
    leaves(&words, &Vec::new(), &mut found);
    (words, found)
}

fn loads(words: &Value) -> bool {
    Pages::with_text(northwind(), &toml::to_string(words).unwrap()).is_ok()
}

#[test]
fn a_file_with_a_key_too_few_does_not_load() {
    let (words, leaves) = english();
    assert!(loads(&words));
    let mut tried = 0;
    for (way, _) in leaves {
        let mut without = words.clone();
        let (key, parents) = way.split_last().unwrap();
        if let Some(table) = table(&mut without, parents) {
            table.remove(key).unwrap();
            assert!(!loads(&without), "loads without {way:?}");
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} keys were tried");
}

#[test]
fn a_file_with_a_key_too_many_does_not_load() {
    let (words, leaves) = english();
    for (way, _) in leaves {
        let mut more = words.clone();
        let (_, parents) = way.split_last().unwrap();
        if let Some(table) = table(&mut more, parents) {
            table.insert("one_too_many".to_owned(), Value::String("x".to_owned()));
            assert!(!loads(&more), "loads with a key more beside {way:?}");
        }
    }
}

#[test]
fn every_word_of_the_file_is_read_by_somebody() {
    let pages = Pages::new(northwind()).unwrap();
    let more = lengths_and_dates();
    let more = more.iter().map(|page| pages.render(page).unwrap());
    let mut everything = String::new();
    for html in samples(&pages).into_values().chain(more) {
        let document = without_scripts(&html);
        everything.push_str(&reading(&document));
        for element in document.root_element().descendent_elements() {
            for (_, value) in element.value().attrs() {
                everything.push('\n');
                everything.push_str(value);
            }
        }
        everything.push_str(&document.select(&super::select("title")).next().unwrap().inner_html());
    }
    let mut missing = Vec::new();
    for (way, text) in english().1 {
        for piece in text.split('{').map(|piece| piece.rsplit('}').next().unwrap().trim()) {
            let piece = piece.split_whitespace().collect::<Vec<_>>().join(" ");
            if !everything.contains(&piece) {
                missing.push((way.clone(), piece));
            }
        }
    }
    assert!(missing.is_empty(), "on no page: {missing:#?}");
}

#[test]
fn no_place_stays_unfilled() {
    let pages = Pages::new(northwind()).unwrap();
    for (name, html) in samples(&pages) {
        assert!(!html.contains('{') && !html.contains('}'), "{name}");
    }
}

#[test]
fn lengths_are_said_in_the_unit_that_fits() {
    let pages = Pages::new(northwind()).unwrap();
    let said: Vec<String> = lengths_and_dates()
        .iter()
        .filter(|page| page.state() == "busy")
        .map(|page| reading(&Html::parse_document(&pages.render(page).unwrap())))
        .filter_map(|text| Some(text.split_once("try again in ")?.1.split_once('.')?.0.to_owned()))
        .collect();
    let expected = [
        "1 second",
        "30 seconds",
        "1 minute",
        "10 minutes",
        "1 hour",
        "2 hours",
        "90 minutes",
        "1 day",
        "2 days",
    ];
    assert_eq!(said, expected);
}

#[test]
fn pages_about_a_refusal_say_nothing_about_why() {
    let pages = Pages::new(northwind()).unwrap();
    let (_, refused) = Page::samples()
        .into_iter()
        .find(|(name, _)| *name == "refused")
        .unwrap();
    let text = reading(&Html::parse_document(&pages.render(&refused).unwrap())).to_lowercase();
    for telling in [
        "name", "birth", "exist", "unknown", "protect", "match", "disabled", "document", "declined", "fraud",
    ] {
        assert!(!text.replace("northwind", "").contains(telling), "it says {telling:?}");
    }
}
