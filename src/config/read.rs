//! Reads a file of settings to its end, however much is wrong with it: what does not fit is noted and set aside, and the
//! rest is read once more.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::fault::{Fault, parted};
use super::missing::{self, Sort};
use super::refer;
use super::secret::FROM_VARIABLE;

/// Where variables of the environment stand in the file's own numbering: beyond its end.
const BEYOND: usize = 1 << 40;

/// Lists whose tables are of several kinds.
pub(super) const KINDS: [&str; 4] = ["source", "verifier", "connector", "carrier"];

/// A document under reading.
pub(super) struct Reading<'t> {
    text: &'t str,
    schema: serde_json::Value,
    variables: Vec<String>,
    /// What is wrong so far, with its place in the text.
    pub faults: Vec<(usize, Fault)>,
}

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Key(String),
    Item(usize, Option<String>),
}

impl<'t> Reading<'t> {
    /// Of this text.
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            schema: serde_json::to_value(schemars::schema_for!(super::Config)).unwrap_or_default(),
            variables: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads the text, with single values from the environment put over it (`DOORWARD__SERVER__LISTEN`). What could be
    /// read is returned even if something was wrong.
    pub(super) fn read<T: for<'a> Deserialize<'a>>(&mut self, variables: &'t [(String, String)]) -> Option<T> {
        let (mut table, broken) = DeTable::parse_recoverable(self.text);
        for error in &broken {
            let at = error.span().unwrap_or(0..0);
            self.note(
                at,
                "the file".to_owned(),
                error.message(),
                Some("this is not TOML: see https://toml.io"),
            );
        }
        if !broken.is_empty() {
            return None;
        }
        self.lay_over(table.get_mut(), variables);
        refer::check(table.get_ref(), self);
        self.note_missing(table.get_ref(), &[], &(0..0));
        self.sort_kinds(table.get_mut());
        let whole = table.clone();
        // Each round sets at least one value aside, so it ends.
        for _ in 0..=self.text.len() {
            let error = match T::deserialize(toml::de::Deserializer::from(table.clone())) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            let way = way_to(table.get_ref(), &span).unwrap_or_default();
            if error.message().trim().starts_with("missing field") {
                if !self.note_missing(whole.get_ref(), &way, &span) {
                    self.note(span, worded(&way), error.message(), None);
                }
            } else {
                // Named as it stands in the file, whatever was set aside before it.
                let place = worded(&way_to(whole.get_ref(), &span).unwrap_or_default());
                self.note(span, place, error.message(), None);
            }
            if !set_aside(table.get_mut(), &way) {
                return None;
            }
        }
        None
    }

    /// Notes every key that a table lacks. What is there but did not fit was noted already. False if the schema knows of
    /// none that must be there.
    fn note_missing(&mut self, whole: &DeTable<'_>, way: &[Way], span: &Range<usize>) -> bool {
        let steps: Vec<Option<String>> = way
            .iter()
            .map(|step| match step {
                Way::Key(key) => Some(key.clone()),
                Way::Item(..) => None,
            })
            .collect();
        let node = missing::node(&self.schema, &steps);
        let required = node.map_or_else(Vec::new, |node| missing::required(&self.schema, node));
        let known = !required.is_empty();
        let place = worded(way).trim_end_matches(" · kind").to_owned();
        for key in required {
            if !holds(whole, way, &key) {
                let remedy = Some("add it; config/doorward.toml explains every key");
                self.note(span.clone(), place.clone(), &format!("`{key}` is missing"), remedy);
            }
        }
        known
    }

    /// Writes `kind = "x"` as the table `x`, for which each kind's own keys are known, and says where a kind is missing.
    fn sort_kinds(&mut self, table: &mut DeTable<'t>) {
        for list in KINDS {
            let Some(DeValue::Array(items)) = table.get_mut(list).map(Spanned::get_mut) else {
                continue;
            };
            let all = std::mem::replace(items, DeArray::new());
            for (at, item) in all.into_iter().enumerate() {
                let span = item.span();
                let place = worded(&[Way::Key(list.to_owned()), Way::Item(at, named(&item))]);
                let DeValue::Table(mut inner) = item.into_inner() else {
                    self.note(span, place, "it is no table", Some("write it as [[…]]"));
                    continue;
                };
                let kind = inner.remove("kind").map(|kind| (kind.span(), kind.into_inner()));
                let Some((kind_span, DeValue::String(kind))) = kind else {
                    self.note(
                        span,
                        place,
                        "`kind` is missing",
                        Some("say of which kind it is, e.g. kind = \"portal\""),
                    );
                    continue;
                };
                let mut outer = DeTable::new();
                outer.insert(
                    Spanned::new(kind_span, kind),
                    Spanned::new(span.clone(), DeValue::Table(inner)),
                );
                items.push(Spanned::new(span, DeValue::Table(outer)));
            }
        }
    }

    /// Notes a fault at a place in the text.
    pub(super) fn note(&mut self, span: Range<usize>, place: String, message: &str, remedy: Option<&str>) {
        let (what, own) = parted(message.trim());
        let remedy = remedy.map_or(own, ToOwned::to_owned);
        let variable = span.start.checked_sub(BEYOND).and_then(|at| self.variables.get(at));
        let fault = match variable {
            Some(name) => Fault {
                place: format!("variable {name}"),
                position: None,
                what,
                remedy,
            },
            None => Fault {
                place,
                position: Some(self.position(span.start)),
                what,
                remedy,
            },
        };
        if !self.faults.iter().any(|(_, known)| *known == fault) {
            self.faults.push((span.start, fault));
        }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        (line, column)
    }

    /// What a variable's text is, by the schema: `2026` is a company's name as well as a number.
    fn meant(&self, words: &[String], text: &'t str) -> DeValue<'t> {
        let way: Vec<Option<String>> = words.iter().cloned().map(Some).collect();
        match missing::sort(&self.schema, &way) {
            Sort::Secret => DeValue::String(Cow::Owned(format!("{FROM_VARIABLE}{text}"))),
            Sort::Plain => match DeValue::parse(text).map(Spanned::into_inner) {
                Ok(value @ (DeValue::Integer(_) | DeValue::Boolean(_))) => value,
                _ => DeValue::String(Cow::Borrowed(text)),
            },
            Sort::Text => DeValue::String(Cow::Borrowed(text)),
        }
    }

    fn lay_over(&mut self, table: &mut DeTable<'t>, variables: &'t [(String, String)]) {
        for (name, value) in variables {
            let Some(rest) = name.strip_prefix("DOORWARD__") else {
                continue;
            };
            let at = BEYOND + self.variables.len();
            self.variables.push(name.clone());
            let words: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
            let value = self.meant(&words, value);
            if !put(table, &words, &Spanned::new(at..at, value)) {
                let remedy = Some("lists are set in the file only");
                self.note(at..at, String::new(), "it names no single value", remedy);
            }
        }
    }
}

/// Puts a value where the words lead, making tables on the way; false if they lead into something that is no table.
fn put<'t>(table: &mut DeTable<'t>, words: &[String], value: &Spanned<DeValue<'t>>) -> bool {
    let at = value.span();
    let Some((word, rest)) = words.split_first() else {
        return false;
    };
    let key = Spanned::new(at.clone(), Cow::Owned(word.clone()));
    if rest.is_empty() {
        table.remove(word.as_str());
        table.insert(key, value.clone());
        return true;
    }
    let inner = table
        .entry(key)
        .or_insert_with(|| Spanned::new(at, DeValue::Table(DeTable::new())));
    match inner.get_mut() {
        DeValue::Table(inner) => put(inner, rest, value),
        _ => false,
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The way to the innermost value that holds the span; a key's own span counts as its value's.
fn way_to(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<Way>> {
    for (key, value) in table {
        let step = || Way::Key(key.get_ref().to_string());
        if let Some(mut way) = way_into(value, span) {
            way.insert(0, step());
            return Some(way);
        }
        if contains(&key.span(), span) {
            return Some(vec![step()]);
        }
    }
    None
}

fn way_into(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Vec<Way>> {
    match value.get_ref() {
        DeValue::Table(table) => {
            if let Some(way) = way_to(table, span) {
                return Some(way);
            }
        }
        DeValue::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if let Some(mut way) = way_into(item, span) {
                    way.insert(0, Way::Item(at, named(item)));
                    return Some(way);
                }
            }
        }
        _ => {}
    }
    contains(&value.span(), span).then(Vec::new)
}

fn named(item: &Spanned<DeValue<'_>>) -> Option<String> {
    match item.get_ref() {
        DeValue::Table(table) => match table.get("name").map(Spanned::get_ref) {
            Some(DeValue::String(name)) => Some(name.to_string()),
            Some(_) => None,
            // It stands one table deeper, under its kind.
            None => table
                .values()
                .find(|inner| table.len() == 1 && inner.get_ref().is_table())
                .and_then(named),
        },
        _ => None,
    }
}

/// `source "portal" · kind`.
fn worded(way: &[Way]) -> String {
    let mut words: Vec<String> = Vec::new();
    let of_kinds = matches!(way.first(), Some(Way::Key(list)) if KINDS.contains(&list.as_str()));
    for (at, step) in way.iter().enumerate() {
        match step {
            // The kind's own name stands between the table and its keys.
            Way::Key(kind) if of_kinds && at == 2 => {
                if way.len() == 3 {
                    words.push(if kind.is_empty() {
                        String::new()
                    } else {
                        "kind".to_owned()
                    });
                }
            }
            Way::Key(key) => words.push(key.clone()),
            Way::Item(at, name) => {
                let label = name
                    .as_ref()
                    .map_or_else(|| (at + 1).to_string(), |name| format!("{name:?}"));
                match words.last_mut() {
                    Some(last) => *last = format!("{last} {label}"),
                    None => words.push(label),
                }
            }
        }
    }
    if words.is_empty() {
        "the file".to_owned()
    } else {
        words.join(" · ")
    }
}

/// Whether the table at the end of a way holds a key.
fn holds(table: &DeTable<'_>, way: &[Way], key: &str) -> bool {
    let mut place: Option<&DeValue<'_>> = None;
    for step in way {
        let table = match place {
            None => Some(table),
            Some(DeValue::Table(inner)) => Some(inner),
            Some(_) => None,
        };
        place = match (step, table, place) {
            (Way::Key(key), Some(table), _) => table.get(key.as_str()).map(Spanned::get_ref),
            (Way::Item(at, _), _, Some(DeValue::Array(items))) => items.get(*at).map(Spanned::get_ref),
            _ => None,
        };
        if place.is_none() {
            return false;
        }
    }
    match place {
        None => table.contains_key(key),
        Some(DeValue::Table(inner)) => inner.contains_key(key),
        Some(_) => false,
    }
}

/// Takes out what the way leads to; false if there is nothing.
fn set_aside(table: &mut DeTable<'_>, way: &[Way]) -> bool {
    // A table of a kind goes whole: its kind alone would be nothing.
    let way = match way {
        [Way::Key(list), Way::Item(..), Way::Key(_)] if KINDS.contains(&list.as_str()) => way.get(..2).unwrap_or(way),
        _ => way,
    };
    let Some((Way::Key(key), rest)) = way.split_first() else {
        return false;
    };
    if rest.is_empty() {
        return table.remove(key.as_str()).is_some();
    }
    table
        .get_mut(key.as_str())
        .is_some_and(|value| set_aside_in(value.get_mut(), rest))
}

fn set_aside_in(value: &mut DeValue<'_>, way: &[Way]) -> bool {
    match (value, way.split_first()) {
        (DeValue::Table(table), _) => set_aside(table, way),
        (DeValue::Array(items), Some((Way::Item(at, _), rest))) if *at < items.len() => {
            if rest.is_empty() {
                let all = std::mem::replace(items, DeArray::new());
                *items = all
                    .into_iter()
                    .enumerate()
                    .filter(|(place, _)| place != at)
                    .map(|(_, item)| item)
                    .collect();
                return true;
            }
            items
                .get_mut(*at)
                .is_some_and(|item| set_aside_in(item.get_mut(), rest))
        }
        _ => false,
    }
}
