//! `[[source]]` of kind `saml`: Duo Single Sign-On has Doorward as authentication source (duo.md §1.4).

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::Draft;
use super::fault::wrong;
use super::purpose::Purpose;
use super::read::Reading;
use super::secret::TextFile;
use super::source::Source;
use super::value::{Address, Name, Words};

/// A service provider that has Doorward as SAML 2.0 identity provider: Duo Single Sign-On
/// (<https://duo.com/docs/sso>). Route a recovery application to it, never the whole account: Doorward proves who somebody is,
/// which is not a sign-in. What is entered there stands at `<public_url>/saml/<name>/metadata`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Saml {
    /// Its name in purposes, log and audit, and in the addresses that are entered there.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// What people read it as. Default: `Duo`.
    #[serde(default = "duo")]
    pub title: Words,
    /// A file with the service provider's metadata, as Duo shows it; the three keys below say the same by hand.
    pub metadata: Option<TextFile>,
    /// Its name, without metadata.
    pub entity_id: Option<Uri>,
    /// Where its answers go, without metadata: compared letter by letter, the first one is the usual.
    #[serde(default)]
    pub acs: Vec<Address>,
    /// A file with the certificates that its requests are signed with (PEM), without metadata.
    pub certificates: Option<TextFile>,
    /// Whether requests must be signed. Without, anybody may send people here in its name; answers go to its addresses
    /// all the same. Default: `true`.
    #[serde(default = "yes")]
    pub require_signed_requests: bool,
    /// Which name people have there: `email` or `username`. Default: `email`.
    #[serde(default)]
    pub name_id: NameId,
    /// What it is told of an account besides. Default: `["username", "email", "display_name", "first_name", "last_name"]`.
    #[serde(default = "bridge")]
    pub attributes: Vec<Attribute>,
    /// The authentication contexts that a check here counts as, by their names; the first is said if none is asked for.
    /// Default: `["urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"]`.
    #[serde(default = "contexts")]
    pub contexts: Vec<Uri>,
}

/// Which of an account's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameId {
    /// Its e-mail address.
    #[default]
    Email,
    /// What it signs in with.
    Username,
}

/// An attribute that Duo maps by itself ("bridge attribute").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// `Username`.
    Username,
    /// `Email`.
    Email,
    /// `DisplayName`.
    DisplayName,
    /// `FirstName`.
    FirstName,
    /// `LastName`.
    LastName,
}

/// A name that is written as an address (SAML 2.0 Core §8.3.6: at most 1,024 characters).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri(pub String);

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = text.len() <= 1024 && text.chars().all(|letter| letter.is_ascii_graphic());
        if !fits || url::Url::parse(&text).is_err() {
            return Err(wrong(
                format!("{text:?} is not a name written as an address"),
                "copy it as it stands there, e.g. \"https://sso.example.com/metadata\"",
            ));
        }
        Ok(Self(text))
    }
}

impl JsonSchema for Uri {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Uri".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[!-~]{1,1024}$"})
    }
}

fn duo() -> Words {
    Words("Duo".to_owned())
}

fn yes() -> bool {
    true
}

fn bridge() -> Vec<Attribute> {
    use Attribute::{DisplayName, Email, FirstName, LastName, Username};
    vec![Username, Email, DisplayName, FirstName, LastName]
}

fn contexts() -> Vec<Uri> {
    vec![Uri("urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified".to_owned())]
}

/// Checks what such a source needs of itself and of its purpose.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    for source in &draft.source {
        let Source::Saml(saml) = source else {
            continue;
        };
        if saml.contexts.is_empty() {
            let place = format!("source {:?} · contexts", saml.name.get_ref().0);
            let what = "no authentication context could be said";
            reading.note(saml.name.span(), place, what, Some("leave it out, or name one"));
        }
        described(saml, reading);
        let name = &saml.name.get_ref().0;
        let opened_by = |purpose: &&Purpose| purpose.sources.iter().any(|source| source.get_ref().0 == *name);
        // That it leads to no purpose at all was noted already.
        if let Some(second) = draft.purpose.iter().filter(opened_by).nth(1) {
            let place = format!("purpose {:?} · sources", second.name.get_ref().0);
            let what = format!("source {name:?} leads to another purpose already, and a request cannot say which");
            let remedy = Some("name it in one purpose, or make another source of kind \"saml\"");
            reading.note(second.name.span(), place, &what, remedy);
        }
    }
}

/// The service provider is described once: by its metadata, or by hand.
fn described(saml: &Saml, reading: &mut Reading<'_>) {
    let place = format!("source {:?} · ", saml.name.get_ref().0);
    let of = |key: &str| format!("{place}{key}");
    let unread = ["metadata", "entity_id", "acs", "certificates"].map(of);
    // One that cannot be read was noted already, and is none that is missing.
    if reading
        .faults
        .iter()
        .any(|(_, fault)| unread.iter().any(|one| fault.place.starts_with(one)))
    {
        return;
    }
    let mut note = |key: &str, what: &str, remedy: &str| {
        let place = format!("source {:?} · {key}", saml.name.get_ref().0);
        reading.note(saml.name.span(), place, what, Some(remedy));
    };
    let by_hand = saml.entity_id.is_some() || !saml.acs.is_empty() || saml.certificates.is_some();
    if saml.metadata.is_some() && by_hand {
        let remedy = "keep metadata, or entity_id, acs and certificates";
        note("metadata", "the service provider is described twice", remedy);
    } else if saml.metadata.is_none() && (saml.entity_id.is_none() || saml.acs.is_empty()) {
        let remedy = "name the file with its metadata, or give entity_id and acs";
        note("metadata", "who is answered, and where, is not said", remedy);
    } else if saml.metadata.is_none() && saml.certificates.is_none() && saml.require_signed_requests {
        let remedy = "name a file with its certificates, or its metadata";
        note("certificates", "what its requests are signed with is not known", remedy);
    }
}
