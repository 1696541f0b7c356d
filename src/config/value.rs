//! Values that check themselves: addresses, lengths of time, names, colours.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::fault::wrong;

/// An address that people or vendors are reached under: https, or http for a loopback host only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub Url);

/// The address people reach Doorward under: an [`Address`] without path, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(pub Url);

/// Whether a host is this machine and no other.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn address<E: serde::de::Error>(text: &str) -> Result<Url, E> {
    let url = Url::parse(text).map_err(|error| {
        wrong(
            format!("not an address: {error}"),
            "write it whole, e.g. \"https://host.example\"",
        )
    })?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(wrong(
            "the address is not https",
            "use https; http is taken for 127.0.0.1 and localhost only",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("the address holds a user name or a password", "leave them out"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("the address has a query or a fragment", "leave them out"));
    }
    Ok(url)
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        address(&String::deserialize(deserializer)?).map(Self)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let url: Url = address(&String::deserialize(deserializer)?)?;
        if url.path() != "/" {
            return Err(wrong(
                "the address has a path",
                "Doorward is served at the root of a host of its own",
            ));
        }
        Ok(Self(url))
    }
}

/// A length of time written as a number and a unit, with a floor and a ceiling in seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Lifetime<const FLOOR: u64, const CEILING: u64>(pub Duration);

impl<const F: u64, const C: u64> fmt::Debug for Lifetime<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(digits)?;
    let unit = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(unit)
}

/// Seconds as a person writes them.
fn written(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        days if days % 86_400 == 0 => format!("{}d", days / 86_400),
        hours if hours % 3600 == 0 => format!("{}h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

impl<'de, const F: u64, const C: u64> Deserialize<'de> for Lifetime<F, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let Some(length) = seconds(&text) else {
            return Err(wrong(
                format!("{text:?} is not a length of time"),
                "write a number and s, m, h or d: \"30m\"",
            ));
        };
        if !(F..=C).contains(&length) {
            let range = format!("between \"{}\" and \"{}\"", written(F), written(C));
            return Err(wrong(
                format!("{text:?} is out of range"),
                format!("choose a length {range}"),
            ));
        }
        Ok(Self(Duration::from_secs(length)))
    }
}

/// The handle of a table, used in policy, log and audit: lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = (1..=40).contains(&text.len())
            && text
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        if !fits {
            return Err(wrong(
                format!("{text:?} is not a name"),
                "use 1 to 40 lower-case letters, digits and hyphens: it appears in addresses and in the log",
            ));
        }
        Ok(Self(text))
    }
}

/// A text that people read: not empty, one line, at most 300 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(pub String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 300 || text.chars().any(char::is_control) {
            return Err(wrong("the text does not fit", "write 1 to 300 characters on one line"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A colour as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour(pub String);

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = text
            .strip_prefix('#')
            .is_some_and(|hex| hex.len() == 6 && hex.chars().all(|letter| letter.is_ascii_hexdigit()));
        if !fits {
            return Err(wrong(format!("{text:?} is not a colour"), "write it as \"#rrggbb\""));
        }
        Ok(Self(text))
    }
}

macro_rules! schema_of_text {
    ($($type:ty, $name:literal, $pattern:expr;)*) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern})
            }
        }
    )* };
}

schema_of_text! {
    Address, "Address", "^https?://";
    PublicUrl, "PublicUrl", "^https?://[^/?#]+/?$";
    Name, "Name", "^[a-z0-9-]{1,40}$";
    Words, "Words", "\\S";
    Colour, "Colour", "^#[0-9a-fA-F]{6}$";
}

impl<const F: u64, const C: u64> JsonSchema for Lifetime<F, C> {
    fn schema_name() -> Cow<'static, str> {
        format!("Lifetime_{}_to_{}", written(F), written(C)).into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": "^[0-9]+ *[smhd]$",
            "description": format!("A length of time between {} and {}.", written(F), written(C)),
        })
    }
}
