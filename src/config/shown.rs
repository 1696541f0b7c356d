//! The settings as staff may read them: every key in force, and of a secret only where it comes from.
//!
//! Read from the text and never from the values, so that no secret passes through here: what is a secret is told by the schema
//! and by its shape (`{ file = … }`). What holds by default is told in the words that explain the key.

use serde_json::Value as Schema;
use toml::{Table, Value};
use url::Url;

use super::missing::{self, Sort};
use super::read::KINDS;

/// A table of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading, as the file has it: `[[connector]] graph`.
    pub name: String,
    /// Every key, in the order of the file; those that are not set come last.
    pub rows: Vec<(String, Shown)>,
}

/// What is told of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its value.
    Plain(String),
    /// It is a secret, and comes from there.
    Secret(String),
    /// It is not set, and this holds.
    Default(String),
}

/// Everything that is set, by a file and by variables over it.
pub(super) fn sections(text: &str, variables: &[(String, String)]) -> Vec<Section> {
    let schema = serde_json::to_value(schemars::schema_for!(super::Config)).unwrap_or_default();
    let table: Table = text.parse().unwrap_or_default();
    let reader = Reader { schema: &schema };
    let mut sections = Vec::new();
    for (name, value) in &table {
        let way = vec![Some(name.clone())];
        match value {
            Value::Table(inner) => sections.push(reader.section(format!("[{name}]"), &way, inner)),
            Value::Array(items) => {
                let tables = items.iter().filter_map(Value::as_table);
                sections.extend(tables.map(|item| reader.item(name, item)));
            }
            _ => {}
        }
    }
    for name in reader.plain_tables().filter(|name| !table.contains_key(name)) {
        let way = vec![Some(name.clone())];
        sections.push(reader.section(format!("[{name}]"), &way, &Table::new()));
    }
    for (name, value) in variables {
        reader.lay_over(&mut sections, name, value);
    }
    sections.retain(|section| !section.rows.is_empty());
    sections
}

struct Reader<'s> {
    schema: &'s Schema,
}

type Way = Vec<Option<String>>;

impl Reader<'_> {
    fn item(&self, list: &str, item: &Table) -> Section {
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        let mut way = vec![Some(list.to_owned()), None];
        if KINDS.contains(&list) {
            way.extend(text("kind").map(|kind| Some(kind.to_owned())));
        }
        let name = text("name").unwrap_or_default();
        self.section(format!("[[{list}]] {name}").trim_end().to_owned(), &way, item)
    }

    fn section(&self, name: String, way: &Way, table: &Table) -> Section {
        let mut rows = Vec::new();
        self.rows(&mut rows, "", way, table);
        let set = |key: &str| table.contains_key(key);
        rows.extend(self.defaults(way).into_iter().filter(|(key, _)| !set(key)));
        Section { name, rows }
    }

    fn rows(&self, rows: &mut Vec<(String, Shown)>, before: &str, way: &Way, table: &Table) {
        for (key, value) in table {
            let way = [way.as_slice(), &[Some(key.clone())]].concat();
            self.row(rows, &format!("{before}{key}"), &way, value);
        }
    }

    fn row(&self, rows: &mut Vec<(String, Shown)>, key: &str, way: &Way, value: &Value) {
        if let Some(shown) = self.secret(way, value) {
            rows.push((key.to_owned(), shown));
            return;
        }
        let item = [way.as_slice(), &[None]].concat();
        match value {
            Value::Table(table) => self.rows(rows, &format!("{key}."), way, table),
            Value::Array(items) if items.iter().any(|value| self.is_told_apart(&item, value)) => {
                for (at, value) in (1..).zip(items) {
                    self.row(rows, &format!("{key}.{at}"), &item, value);
                }
            }
            Value::Array(items) if items.iter().all(Value::is_table) => {
                for (at, value) in (1..).zip(items) {
                    rows.push((format!("{key}.{at}"), Shown::Plain(plain(key, value))));
                }
            }
            value => rows.push((key.to_owned(), Shown::Plain(plain(key, value)))),
        }
    }

    /// Whether something in there is a secret, so that its parts are shown one by one.
    fn is_told_apart(&self, way: &Way, value: &Value) -> bool {
        if self.secret(way, value).is_some() {
            return true;
        }
        match value {
            Value::Table(table) => table.iter().any(|(key, value)| {
                let way = [way.as_slice(), &[Some(key.clone())]].concat();
                self.is_told_apart(&way, value)
            }),
            Value::Array(items) => {
                let way = [way.as_slice(), &[None]].concat();
                items.iter().any(|value| self.is_told_apart(&way, value))
            }
            _ => false,
        }
    }

    /// Where a secret comes from; nothing if it is none.
    fn secret(&self, way: &Way, value: &Value) -> Option<Shown> {
        if let Some(from) = source(value) {
            return Some(Shown::Secret(from));
        }
        let is_secret = missing::sort(self.schema, way) == Sort::Secret;
        match value {
            // A database's address may stand in the file if it holds no password.
            Value::String(text) if is_secret && !is_open(text) => {
                Some(Shown::Secret("the file of settings".to_owned()))
            }
            _ => None,
        }
    }

    /// Keys with what holds where they are not set, as the schema explains them.
    fn defaults(&self, way: &Way) -> Vec<(String, Shown)> {
        let node = missing::node(self.schema, way).map(|node| missing::resolved(self.schema, node));
        let keys = node.and_then(|node| node.get("properties")).and_then(Schema::as_object);
        let told = keys.into_iter().flatten().filter_map(|(key, node)| {
            let (_, holds) = node.get("description")?.as_str()?.split_once("Default: ")?;
            let holds = holds.replace('`', "").replace('\n', " ");
            Some((key.clone(), Shown::Default(holds.trim_end_matches('.').to_owned())))
        });
        told.collect()
    }

    /// The names of tables that stand once.
    fn plain_tables(&self) -> impl Iterator<Item = String> {
        let keys = self.schema.get("properties").and_then(Schema::as_object);
        let once = keys
            .into_iter()
            .flatten()
            .filter(|(_, node)| node.get("type").and_then(Schema::as_str) != Some("array"));
        once.map(|(key, _)| key.clone()).collect::<Vec<_>>().into_iter()
    }

    fn lay_over(&self, sections: &mut Vec<Section>, variable: &str, value: &str) {
        let Some(rest) = variable.strip_prefix("DOORWARD__") else {
            return;
        };
        let words: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        let Some((table, key)) = words.split_first() else {
            return;
        };
        let way: Way = words.iter().cloned().map(Some).collect();
        let shown = match missing::sort(self.schema, &way) {
            Sort::Secret => Shown::Secret(format!("variable {variable}")),
            Sort::Text | Sort::Plain => Shown::Plain(value.to_owned()),
        };
        let (name, key) = (format!("[{table}]"), key.join("."));
        let found = sections.iter().position(|section| section.name == name);
        let rows = match found.and_then(|at| sections.get_mut(at)) {
            Some(section) => &mut section.rows,
            None => {
                return sections.push(Section {
                    name,
                    rows: vec![(key, shown)],
                });
            }
        };
        // What it replaces may have had parts: `{ file = … }`.
        rows.retain(|(known, _)| *known != key && !known.starts_with(&format!("{key}.")));
        rows.push((key, shown));
    }
}

/// `{ file = … }` and `{ env = … }`: where a secret comes from.
fn source(value: &Value) -> Option<String> {
    let table = value.as_table().filter(|table| table.len() == 1)?;
    let (key, value) = table.iter().next()?;
    let value = value.as_str()?;
    match key.as_str() {
        "file" => Some(value.to_owned()),
        "env" => Some(format!("variable {value}")),
        _ => None,
    }
}

/// Whether an address tells nothing secret: a path, or no password.
fn is_open(text: &str) -> bool {
    text.starts_with("sqlite:") || Url::parse(text).is_ok_and(|url| url.password().is_none() && url.query().is_none())
}

fn plain(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => without_path(key, text),
        Value::Array(items) => items.iter().map(|item| plain(key, item)).collect::<Vec<_>>().join(", "),
        Value::Table(table) => {
            let pairs = table
                .iter()
                .map(|(name, value)| format!("{name} = {}", plain(name, value)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Addresses that messages go to often hold a secret in their path: whoever knows it may post there.
fn without_path(key: &str, text: &str) -> String {
    let posted_to = key.rsplit('.').next() == Some("url");
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            format!("{}/…", url.origin().ascii_serialization())
        }
        Ok(url) if posted_to && url.has_host() && (url.path() != "/" || url.query().is_some()) => {
            format!("{}/…", url.origin().ascii_serialization())
        }
        _ => text.to_owned(),
    }
}
