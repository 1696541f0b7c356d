//! Names that name something: told from the document as it stands, so that a fault elsewhere hides none of them.

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::nearest;
use super::read::Reading;

/// Lists whose tables have a name.
const NAMED: [&str; 8] = [
    "source",
    "verifier",
    "connector",
    "purpose",
    "client",
    "api_token",
    "webhook",
    "carrier",
];

/// A text and where it stands.
type Word<'d> = (&'d str, Range<usize>);

/// One table of a list.
struct Item<'d> {
    /// `purpose "recover"`, or its number if it has no name.
    label: String,
    name: Option<Word<'d>>,
    table: &'d DeTable<'d>,
    span: Range<usize>,
}

impl Item<'_> {
    /// Where to point for the table as a whole: at its name if it has one.
    fn at(&self) -> Range<usize> {
        self.name
            .as_ref()
            .map_or_else(|| self.span.clone(), |(_, span)| span.clone())
    }
}

/// Notes names that are there twice, that name nothing, or that nothing names.
pub(super) fn check(document: &DeTable<'_>, reading: &mut Reading<'_>) {
    for kind in NAMED {
        unique(reading, kind, &items(document, kind));
    }
    let (sources, purposes) = (items(document, "source"), items(document, "purpose"));
    let connectors = names(&items(document, "connector"));
    let carriers = names(&items(document, "carrier"));
    let verifiers = names(&items(document, "verifier"));
    for purpose in &purposes {
        let label = &purpose.label;
        for source in texts(purpose.table, "sources") {
            known(
                reading,
                &format!("{label} · sources"),
                "source",
                &source,
                &names(&sources),
            );
        }
        if let Some(directory) = text(purpose.table, "directory") {
            known(
                reading,
                &format!("{label} · directory"),
                "connector",
                &directory,
                &connectors,
            );
        }
        if let Some(verifier) = text(purpose.table, "verifier") {
            known(
                reading,
                &format!("{label} · verifier"),
                "verifier",
                &verifier,
                &verifiers,
            );
        }
        for list in ["checks", "plan", "accounts"] {
            named(purpose, list, "connector", &connectors, reading);
        }
        named(purpose, "checks", "carrier", &carriers, reading);
        unfilled(purpose, &sources, reading);
    }
    let lists = ["api_token", "webhook", "client", "carrier"];
    for item in lists.iter().flat_map(|list| items(document, list)) {
        for purpose in texts(item.table, "purposes") {
            known(
                reading,
                &format!("{} · purposes", item.label),
                "purpose",
                &purpose,
                &names(&purposes),
            );
        }
    }
    unused(&sources, &purposes, reading);
}

/// The connectors, or carriers, that a list of a purpose names.
fn named(purpose: &Item<'_>, list: &str, kind: &str, right: &[String], reading: &mut Reading<'_>) {
    for (at, item) in items(purpose.table, list).iter().enumerate() {
        if let Some(name) = text(item.table, kind) {
            let place = format!("{} · {list} {} · {kind}", purpose.label, at + 1);
            known(reading, &place, kind, &name, right);
        }
    }
}

fn unique(reading: &mut Reading<'_>, kind: &str, items: &[Item<'_>]) {
    let mut seen = HashSet::new();
    for (item, (name, span)) in items.iter().filter_map(|item| Some((item, item.name.clone()?))) {
        if !seen.insert(name) {
            let what = format!("there are two of that name among `[[{kind}]]`");
            reading.note(span, format!("{} · name", item.label), &what, Some("rename one"));
        }
    }
}

fn known(reading: &mut Reading<'_>, place: &str, kind: &str, (name, span): &Word<'_>, right: &[String]) {
    if right.iter().any(|known| known == name) {
        return;
    }
    let remedy = match nearest(name, right) {
        Some(guess) => format!("did you mean {guess:?}? there are: {}", right.join(", ")),
        None if right.is_empty() => format!("there is no `[[{kind}]]` at all: add one"),
        None => format!("there are: {}", right.join(", ")),
    };
    let what = format!("there is no {kind} {name:?}");
    reading.note(span.clone(), place.to_owned(), &what, Some(&remedy));
}

/// Notes a purpose that nobody could open, or that would do nothing for the people who open it themselves.
fn unfilled(purpose: &Item<'_>, sources: &[Item<'_>], reading: &mut Reading<'_>) {
    let list = |key: &str| purpose.table.get(key).and_then(|list| list.get_ref().as_array());
    if list("sources").is_some_and(|list| list.is_empty()) {
        let (what, remedy) = (
            "nobody could ever open it",
            "name at least one source, or take the purpose out",
        );
        reading.note(purpose.at(), format!("{} · sources", purpose.label), what, Some(remedy));
    }
    let own = texts(purpose.table, "sources");
    let of_people = |source: &&Item<'_>| {
        let named = source
            .name
            .as_ref()
            .is_some_and(|(name, _)| own.iter().any(|(used, _)| used == name));
        let kind = text(source.table, "kind").map(|(kind, _)| kind);
        named && matches!(kind, Some("portal" | "link" | "duo"))
    };
    if list("plan").is_none_or(|list| list.is_empty()) && sources.iter().any(|source| of_people(&source)) {
        let (what, remedy) = (
            "a recovery would do nothing",
            "add a [[purpose.plan]] with a connector and an action",
        );
        reading.note(purpose.at(), format!("{} · plan", purpose.label), what, Some(remedy));
    }
}

/// Notes sources that lead nowhere.
fn unused(sources: &[Item<'_>], purposes: &[Item<'_>], reading: &mut Reading<'_>) {
    let used: HashSet<&str> = purposes
        .iter()
        .flat_map(|purpose| texts(purpose.table, "sources"))
        .map(|(name, _)| name)
        .collect();
    for (item, (name, span)) in sources.iter().filter_map(|item| Some((item, item.name.clone()?))) {
        if !used.contains(name) {
            let remedy = Some("name it under `sources` of a purpose, or take it out");
            reading.note(span, item.label.clone(), "it leads to no purpose", remedy);
        }
    }
}

fn items<'d>(table: &'d DeTable<'d>, list: &str) -> Vec<Item<'d>> {
    let array = table.get(list).and_then(|list| list.get_ref().as_array());
    let items = array.into_iter().flat_map(|array| array.iter()).enumerate();
    let tables = items.filter_map(|(at, item)| Some((at, item.span(), item.get_ref().as_table()?)));
    tables
        .map(|(at, span, table)| {
            let name = text(table, "name");
            let shown = name
                .as_ref()
                .map_or_else(|| (at + 1).to_string(), |(name, _)| format!("{name:?}"));
            Item {
                label: format!("{list} {shown}"),
                name,
                table,
                span,
            }
        })
        .collect()
}

fn names(items: &[Item<'_>]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| item.name.as_ref())
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

fn text<'d>(table: &'d DeTable<'d>, key: &str) -> Option<Word<'d>> {
    table.get(key).and_then(word)
}

fn texts<'d>(table: &'d DeTable<'d>, key: &str) -> Vec<Word<'d>> {
    let array = table.get(key).and_then(|list| list.get_ref().as_array());
    array
        .into_iter()
        .flat_map(|array| array.iter())
        .filter_map(word)
        .collect()
}

fn word<'d>(value: &'d Spanned<DeValue<'d>>) -> Option<Word<'d>> {
    value.get_ref().as_str().map(|text| (text, value.span()))
}
