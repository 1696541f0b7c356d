//! On to another site: a form with an answer for it, which sends itself (OAuth 2.0 Form Post Response Mode §2; entra.md
//! §1.6). A person sends it where scripts are off.

use askama::Template;
use serde::Deserialize;
use url::Url;

use super::icon::Icon;
use super::shell::{About, Screen, Script, Shell};
use super::text::Sentence;

/// On to another site, with an answer for it.
#[derive(Clone)]
pub struct Passage {
    /// Where to. Proven to be the other site's own before anybody is sent there.
    pub target: String,
    /// Names and values of the form. May hold a code or a token: `Debug` hides them.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Debug for Passage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passage")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: Sentence,
    by_hand: String,
    button: String,
}

#[derive(Template)]
#[template(path = "passage.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Passage,
    lead: String,
}

impl Screen for Passage {
    fn state(&self) -> &'static str {
        "passage"
    }

    fn about(&self) -> About<'_> {
        About {
            script: Some(Script::Send),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.passage;
        let url = Url::parse(&self.target).ok();
        // An app's own address has a scheme and no host.
        let host = url.as_ref().map(|url| url.host_str().unwrap_or(url.scheme()));
        View {
            shell,
            words,
            page: self,
            lead: words.lead.fill(&[("host", host.unwrap_or_default())]),
        }
        .render()
    }
}

/// The Content-Security-Policy of a passage: that of every page, but its one form leads away. Not to the target's origin
/// alone: browsers hold every redirect that follows a form against this list (Content Security Policy Level 3 §6.4.1), and
/// where a sign-in sends the person next is the target's business.
pub fn passage_policy(target: &str) -> String {
    format!("{} form-action {}", super::POLICY, form_targets(target))
}

fn form_targets(target: &str) -> String {
    match Url::parse(target) {
        Ok(url) if url.scheme() == "https" => "https:".to_owned(),
        // For a loopback host only, as the settings have it.
        Ok(url) if url.scheme() == "http" => "https: http:".to_owned(),
        // RFC 8252 §7.1: an app's own scheme is a domain name turned round. Schemes that run something have no dot.
        Ok(url) if url.scheme().contains('.') => format!("{}:", url.scheme()),
        _ => "'none'".to_owned(),
    }
}

impl Passage {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![(
            "passage",
            Self {
                target: "https://sign-in.example.com/answers".to_owned(),
                fields: vec![field("id_token", "sample.id.token"), field("state", "S0-9a77")],
            },
        )]
    }
}
