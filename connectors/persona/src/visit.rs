//! The address that a browser is sent to ("Parameters" and "Languages" of the hosted flow,
//! <https://docs.withpersona.com/hosted-flow-parameters>, autumn 2026).
//!
//! Template, return address and reference were fixed server to server, so the address names the inquiry and nothing else.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The languages of the hosted flow, as Persona writes them.
const LANGUAGES: [&str; 42] = [
    "ar-EG", "az", "bg", "bn", "cs", "cy", "da", "de", "el-GR", "en-US", "es-MX", "fi", "fr", "he", "hi", "hr", "hu",
    "hy", "id-ID", "it", "ja", "ko-KR", "lt", "ms", "nl-NL", "no", "pl", "pt-BR", "ro", "ru", "sk", "sr", "sv", "ta",
    "th", "tl", "tr-TR", "uk-UA", "ur", "vi", "zh-CN", "zh-TW",
];

/// The way in to an inquiry. Without a token it opens only one that nobody has begun.
pub(crate) fn address(
    hosted: &Url,
    inquiry: &str,
    token: Option<&SecretString>,
    language: Option<&str>,
) -> SecretString {
    let mut url = hosted.clone();
    url.set_path("/verify");
    {
        let mut query = url.query_pairs_mut();
        query.clear().append_pair("inquiry-id", inquiry);
        if let Some(token) = token {
            query.append_pair("session-token", token.expose_secret());
        }
        if let Some(language) = language.and_then(spoken) {
            query.append_pair("language", language);
        }
    }
    SecretString::from(String::from(url))
}

/// Persona's word for a BCP 47 language: the same tag, else the first with the same primary language.
fn spoken(language: &str) -> Option<&'static str> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let wanted = primary(language);
    LANGUAGES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(language))
        .or_else(|| LANGUAGES.into_iter().find(|known| primary(known) == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_said_as_persona_says_it_or_not_at_all() {
        for (asked, said) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("en", Some("en-US")),
            ("pt-br", Some("pt-BR")),
            ("zh-tw", Some("zh-TW")),
            ("tlh", None),
            ("", None),
        ] {
            assert_eq!(spoken(asked), said, "{asked}");
        }
    }
}
