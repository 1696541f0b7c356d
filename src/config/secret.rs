//! Secrets: read from a file or from the environment, never from the settings themselves.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::fault::wrong;

/// A secret, read. `Debug` hides it.
#[derive(Clone)]
pub struct Secret(pub SecretString);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Its text.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A file of text that is no secret (a certificate), read.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Where it stands.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
}

/// How a secret is to be given, for remedies.
const HOW: &str = "give it as { file = \"/path\" } or { env = \"NAME\" }";
/// The largest file of text that is read: a chain of certificates fits many times.
const LARGEST: u64 = 64 * 1024;
/// Begins a text that a variable of the environment gave in place of the file: there, a secret may stand by itself.
pub(super) const FROM_VARIABLE: char = '\u{1e}';

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Secret;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ file = \"/path\" } or { env = \"NAME\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                if let Some(secret) = text.strip_prefix(FROM_VARIABLE) {
                    return Ok(Secret(secret.trim().to_owned().into()));
                }
                Err(wrong(
                    "a secret stands in the settings themselves",
                    format!("take it out of this file and {HOW}"),
                ))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Secret, A::Error> {
                let Some((key, value)) = map.next_entry::<String, String>()? else {
                    return Err(wrong("the secret is empty", HOW));
                };
                if map.next_entry::<String, String>()?.is_some() {
                    return Err(wrong("the secret is given twice", HOW));
                }
                match key.as_str() {
                    "file" => from_file(Path::new(&value)),
                    "env" => from_environment(&value),
                    other => Err(wrong(format!("a secret cannot come from `{other}`"), HOW)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn from_file<E: de::Error>(path: &Path) -> Result<Secret, E> {
    let shown = path.display();
    let text = readable(path)?;
    if text.trim().is_empty() {
        return Err(wrong(format!("{shown} is empty"), "write the secret into it"));
    }
    if read_by_all(path) {
        return Err(wrong(
            format!("{shown} can be read by everybody on this machine"),
            format!("take that away: chmod 0440 {shown}"),
        ));
    }
    Ok(Secret(text.trim().to_owned().into()))
}

fn readable<E: de::Error>(path: &Path) -> Result<String, E> {
    let shown = path.display();
    String::from_utf8(contents(path, LARGEST)?)
        .map_err(|_| wrong(format!("{shown} is not text"), "name a file of text"))
}

/// The bytes of a file, if it is a file, may be read, and is no larger than `largest`.
pub(super) fn contents<E: de::Error>(path: &Path, largest: u64) -> Result<Vec<u8>, E> {
    let shown = path.display();
    // Asked before it is opened: opening a pipe would wait for somebody to write into it.
    let facts = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !facts.is_file() {
        return Err(wrong(format!("{shown} is not a file"), "name a plain file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(largest.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > largest) {
        let limit = largest.div_euclid(1024);
        return Err(wrong(
            format!("{shown} is larger than {limit} KiB"),
            "name the right file, or a smaller one",
        ));
    }
    Ok(bytes)
}

fn unreadable<E: de::Error>(path: &Path, error: &io::Error) -> E {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => wrong(format!("{shown} does not exist"), "create it, or name the right path"),
        io::ErrorKind::PermissionDenied => wrong(
            format!("{shown} cannot be read: permission denied"),
            format!("let the user that runs Doorward read it, e.g. chgrp doorward {shown} && chmod 0440 {shown}"),
        ),
        _ => wrong(
            format!("{shown} cannot be read: {error}"),
            "name a file that can be read",
        ),
    }
}

#[cfg(unix)]
fn read_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn read_by_all(_: &Path) -> bool {
    false
}

fn from_environment<E: de::Error>(name: &str) -> Result<Secret, E> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(Secret(value.trim().to_owned().into())),
        Ok(_) => Err(wrong(
            format!("the variable {name} is empty"),
            "set it where Doorward is started",
        )),
        Err(std::env::VarError::NotPresent) => Err(wrong(
            format!("the variable {name} is not set"),
            "set it where Doorward is started",
        )),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(wrong(format!("the variable {name} is not text"), "set it to text"))
        }
    }
}

impl<'de> Deserialize<'de> for TextFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = PathBuf::deserialize(deserializer)?;
        let text = readable(&path)?;
        Ok(Self { path, text })
    }
}

/// A secret of Standard Webhooks.
#[derive(Clone, Debug)]
pub struct SigningSecret(pub Secret);

impl<'de> Deserialize<'de> for SigningSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Secret::deserialize(deserializer)?;
        match doorward_contract::signature::valid_secret(secret.expose()) {
            Ok(()) => Ok(Self(secret)),
            Err(why) => Err(wrong(why, "make one: echo whsec_$(openssl rand -base64 32)")),
        }
    }
}

impl JsonSchema for SigningSecret {
    fn schema_name() -> Cow<'static, str> {
        "SigningSecret".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Secret::json_schema(generator)
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A secret, from a file or from the environment.",
            "properties": {"file": {"type": "string"}, "env": {"type": "string"}},
            "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        })
    }
}

impl JsonSchema for TextFile {
    fn schema_name() -> Cow<'static, str> {
        "TextFile".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "The path of a file."})
    }
}
