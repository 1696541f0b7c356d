//! Where cases come from, and what every way in shares: the pages, the cookie that binds a browser, the address of the
//! client.
//!
//! The way in differs for each source, so it is plain routes ([`portal`], [`link`]); they end in the flow.

pub mod client;
pub mod duo;
pub mod entra;
pub mod link;
pub mod logout;
pub mod oidc;
pub mod portal;
pub mod reply;
pub mod saml;
mod session;
mod signed;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use crate::builtin::Builtin;
use crate::case::policy::Purpose;
use crate::cause::causes;
use crate::crypto::parcel::BrowserKey;
use crate::crypto::token::reference_number;
use crate::flow::{Error, Flow};
use crate::pages::{Kept, LookedAt, Notice, Page, Pages};
use crate::provider::Provider;
use crate::provider::entra::Entra;
use crate::saml::Saml;
use doorward_contract::CheckName;

/// How long a browser keeps its cookie: two days, as long as a case that needed a review can take, and its answer.
const COOKIE_SECONDS: u64 = 48 * 3600;

/// A way in, as the settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Its name in policy, log and audit.
    pub name: String,
    /// Which way.
    pub kind: Kind,
}

/// The kinds of way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The company's recovery page.
    Portal,
    /// A link made by an operator, the API or a ticket.
    Link,
    /// Relying parties by OpenID Connect.
    Oidc,
    /// An Okta org that has Doorward as identity-verification vendor.
    Okta,
    /// An Entra tenant that has Doorward as external method.
    Entra,
    /// A service provider that has Doorward as SAML identity provider.
    Saml,
    /// A Duo account whose prompt leads people here.
    Duo,
}

/// What every way in needs. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    /// What works cases.
    pub flow: Flow,
    /// What answers relying parties.
    pub provider: Provider,
    /// What answers Entra tenants.
    pub entra: Entra,
    /// What answers SAML service providers.
    pub saml: Saml,
    /// What is shown.
    pub pages: Arc<Pages>,
    /// The ways in.
    pub ways: Arc<Vec<Way>>,
    /// What is agreed with Duo accounts that lead people here.
    pub duo: Arc<Vec<duo::Start>>,
    /// The company's name, for the page that a link leads to.
    pub company: Arc<str>,
    /// The built-in verifier and its name, where the settings have one.
    pub capture: Option<(Arc<str>, Builtin)>,
    /// Whether people reach us over TLS: decides the cookie's name and whether it is `Secure`.
    pub secure: bool,
    /// The proxies whose word about the client's address is taken.
    pub trusted_proxies: Arc<Vec<IpNet>>,
}

impl Door {
    /// The first way in of a kind, if the settings have one.
    pub fn way(&self, kind: Kind) -> Option<&Way> {
        self.ways.iter().find(|way| way.kind == kind)
    }

    /// The purposes that a source may open, in the order of their names.
    pub fn purposes_of(&self, source: &str) -> Vec<&Purpose> {
        let mut purposes: Vec<&Purpose> = self
            .flow
            .purposes
            .values()
            .filter(|purpose| purpose.sources.iter().any(|name| name == source))
            .collect();
        purposes.sort_by(|one, other| one.name.cmp(&other.name));
        purposes
    }

    /// Shows a page.
    pub fn show(&self, page: impl Into<Page>) -> Response {
        let page = page.into();
        match self.pages.render(&page) {
            Ok(html) => {
                let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
                let mut response = (page.status(), kind, html).into_response();
                if matches!(page, Page::PassReady(_) | Page::PassShown(_)) {
                    // Whatever window it is in, nobody else has a hold of it.
                    let (name, alone) = ("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
                    response.headers_mut().insert(name, alone);
                }
                response
            }
            Err(error) => {
                tracing::error!(error = %causes(&error), "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// What a person sees when something fails. The cause goes to the log, once, here, under the reference shown.
    pub fn fail(&self, error: &Error) -> Response {
        if let Error::TooMany(after) = error {
            let seconds = after.as_secs();
            let mut response = self.show(Notice::Busy {
                retry_after_seconds: seconds,
            });
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            return response;
        }
        if matches!(error, Error::Shielded) {
            return self.show(Notice::Shielded);
        }
        if let Error::Vendor(vendor) = error {
            if !vendor.is_passing() {
                tracing::error!(error = %causes(error), "a vendor refuses and nobody can begin: mend this");
            }
            tracing::warn!(error = %causes(error), "a vendor is out of reach");
            return self.show(Notice::Unavailable { number: None });
        }
        let reference = reference_number();
        tracing::error!(%reference, error = %causes(error), "a page failed ({reference})");
        self.show(Notice::Fault { reference })
    }

    /// On to another page of ours, by GET.
    pub fn on_to(&self, path: &'static str) -> Response {
        (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
    }

    /// On to another page of ours, with the browser bound to a case.
    pub fn bind(&self, key: &BrowserKey, path: &'static str) -> Response {
        let mut response = self.on_to(path);
        self.set_cookie(&mut response, self.cookie_name(), key.cookie().as_str(), COOKIE_SECONDS);
        response
    }

    /// Has the browser keep a value for so many seconds, out of reach of scripts and of other sites' forms; 0 has it forget.
    pub(crate) fn set_cookie(&self, response: &mut Response, name: &str, value: &str, seconds: u64) {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        if let Ok(mut value) = HeaderValue::from_str(&cookie) {
            value.set_sensitive(true);
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    /// The key a browser brought, if it brought one.
    pub fn browser_key(&self, headers: &HeaderMap) -> Option<BrowserKey> {
        Self::cookie(headers, self.cookie_name()).and_then(BrowserKey::parse)
    }

    /// A cookie's value, if the browser brought it.
    pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// RFC 6265bis §4.1.3.2: the `__Host-` prefix keeps sibling hosts from planting the cookie. It needs TLS; without
    /// TLS (loopback only) the name goes without.
    fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-doorward" } else { "doorward" }
    }
}

/// What these purposes look at, as the pages name it: everything that any of them does.
pub fn looked_at(purposes: &[&Purpose]) -> Vec<LookedAt> {
    let looks = |what: &LookedAt| match what {
        LookedAt::Document => required(purposes, CheckName::GovernmentId),
        LookedAt::Face => required(purposes, CheckName::Selfie),
        LookedAt::Comparison => required(purposes, CheckName::FaceMatch),
        LookedAt::Name | LookedAt::BirthDate => true,
        // No full check does.
        LookedAt::SameFace => false,
    };
    LookedAt::ALL.into_iter().filter(looks).collect()
}

fn required(purposes: &[&Purpose], check: CheckName) -> bool {
    purposes.iter().any(|purpose| purpose.required.contains(&check))
}

/// How long what was learned is kept, at the longest.
pub fn kept(purposes: &[&Purpose]) -> Kept {
    let longest = |length: fn(&Purpose) -> Duration| purposes.iter().map(|purpose| length(purpose)).max();
    Kept {
        proof: longest(|purpose| purpose.keep_proof).unwrap_or_default(),
        personal: longest(|purpose| purpose.keep_personal).unwrap_or_default(),
    }
}
