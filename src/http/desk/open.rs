//! A case is opened for somebody. Whether it may be is the flow's to say; here it is put into the words of the form.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{At, given};
use crate::case::policy::Purpose;
use crate::case::role::Power;
use crate::case::{Barred, Case, Refusal};
use crate::crypto::token::{Digest, Token};
use crate::flow::Error;
use crate::flow::open::{Invitation, Wish};
use crate::pages::desk::{Choice, Filled, Known, Open, OpenError, StaffNotice, path};
use crate::source::{Kind, Way};

#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    account: String,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    form_token: String,
    /// Drawn for this form: sent twice, it opens one case.
    #[serde(default)]
    once: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    reason: String,
}

/// The form, for whomever.
pub(super) async fn look(at: At) -> Result<Response, Response> {
    let way = way(&at).await?;
    Ok(form(&at, &way, None, Filled::default(), Trouble::default()).await)
}

/// The form, for somebody who was looked up.
pub(super) async fn chosen(at: At, Form(chosen): Form<Chosen>) -> Result<Response, Response> {
    at.pressed(&chosen.form_token).await?;
    let way = way(&at).await?;
    let login = chosen.account.trim().to_owned();
    let person = is_plain(&login).then_some(Known { name: None, login });
    Ok(form(&at, &way, person, Filled::default(), Trouble::default()).await)
}

/// Opens it. The answer is the page with the link, and nothing else ever shows that: this address can be asked for again only by
/// sending the form again, which leads to the case that it opened.
pub(super) async fn open(at: At, Form(sent): Form<Sent>) -> Result<Response, Response> {
    at.pressed(&sent.form_token).await?;
    let way = way(&at).await?;
    let digest = Token::parse(&sent.once).map(|token| form_digest(&at, &token));
    if let Some(case) = opened(&at, digest.as_ref()).await? {
        return Ok(to(&case));
    }
    let errors = mistakes(&at, &way, &sent);
    if !errors.is_empty() {
        let trouble = Trouble {
            errors,
            why: Vec::new(),
        };
        return Ok(form(&at, &way, None, filled(sent), trouble).await);
    }
    match at.flow().invite(&wish(&at, &way, &sent, digest)).await {
        Ok(Invitation { case, token, .. }) => {
            let link = at.flow().address_of(&token);
            Ok(given::show(&at, case, &link).await)
        }
        Err(error) => {
            // The same form, sent twice at the same moment: the other was first.
            if let Some(case) = opened(&at, digest.as_ref()).await? {
                return Ok(to(&case));
            }
            match Trouble::of(error) {
                Ok(trouble) => Ok(form(&at, &way, None, filled(sent), trouble).await),
                Err(error) => Err(at.fail(error).await),
            }
        }
    }
}

/// The directories of the purposes that may be opened here, each once, in the order of the purposes.
pub(super) fn directories(at: &At) -> Vec<String> {
    let mut directories = Vec::new();
    let Some(way) = at.app.door.way(Kind::Link) else {
        return directories;
    };
    for purpose in at.app.door.purposes_of(&way.name) {
        if let Some(name) = purpose.directory.as_ref().filter(|name| !directories.contains(name)) {
            directories.push(name.clone());
        }
    }
    directories
}

/// By which source operators open cases, if this one may.
async fn way(at: &At) -> Result<Way, Response> {
    at.need(Power::OpenCase, path::OPEN).await?;
    match at.app.door.way(Kind::Link) {
        Some(way) => Ok(way.clone()),
        None => Err(at.show(StaffNotice::NotFound).await),
    }
}

fn purposes<'a>(at: &'a At, way: &Way) -> Vec<&'a Purpose> {
    at.app.door.purposes_of(&way.name)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= Open::MAX_LENGTH && !text.chars().any(char::is_control)
}

/// What is wrong with what was filled in, before anybody is asked.
fn mistakes(at: &At, way: &Way, sent: &Sent) -> Vec<OpenError> {
    let account = sent.account.trim();
    let known = purposes(at, way).iter().any(|purpose| purpose.name == sent.purpose);
    let ticket = sent.ticket.trim();
    [
        (
            is_plain(account) && !account.contains(char::is_whitespace),
            OpenError::Account,
        ),
        (known, OpenError::Purpose),
        (ticket.is_empty() || is_plain(ticket), OpenError::Ticket),
        (is_plain(sent.reason.trim()), OpenError::Reason),
    ]
    .into_iter()
    .filter_map(|(right, error)| (!right).then_some(error))
    .collect()
}

fn wish(at: &At, way: &Way, sent: &Sent, form: Option<Digest>) -> Wish {
    let ticket = sent.ticket.trim();
    Wish {
        purpose: sent.purpose.clone(),
        source: way.name.clone(),
        account: sent.account.trim().to_owned(),
        operator: at.operator().name.clone(),
        ticket: (!ticket.is_empty()).then(|| ticket.to_owned()),
        agent: Some(at.operator().clone()),
        named: None,
        reason: Some(sent.reason.trim().to_owned()),
        form,
    }
}

fn filled(sent: Sent) -> Filled {
    Filled {
        account: sent.account,
        purpose: sent.purpose,
        ticket: sent.ticket,
        reason: sent.reason,
    }
}

/// What is kept of a form: this operator's own.
fn form_digest(at: &At, token: &Token) -> Digest {
    Digest::of(
        "form that opens a case",
        &[token.digest().bytes(), at.operator().id.as_bytes()].concat(),
    )
}

/// The case that this form opened before.
async fn opened(at: &At, form: Option<&Digest>) -> Result<Option<Case>, Response> {
    let Some(form) = form else {
        return Ok(None);
    };
    match at.flow().opened_by(form).await {
        Ok(case) => Ok(case),
        Err(error) => Err(at.fail(error).await),
    }
}

fn to(case: &Case) -> Response {
    Redirect::to(&path::case(case.id.as_str())).into_response()
}

async fn form(at: &At, way: &Way, person: Option<Known>, filled: Filled, trouble: Trouble) -> Response {
    let over_cap = match at.flow().is_at_cap(at.operator()).await {
        Ok(over_cap) => over_cap,
        Err(error) => return at.fail(error).await,
    };
    let purposes = purposes(at, way).into_iter().map(|purpose| Choice {
        value: purpose.name.clone(),
        title: purpose.title.clone(),
    });
    at.show(Open {
        person,
        purposes: purposes.collect(),
        filled,
        errors: trouble.errors,
        why: trouble.why,
        over_cap,
        once: Token::random().text(),
    })
    .await
}

/// What stands in the way, in the form's words and in the connectors' own.
#[derive(Default)]
struct Trouble {
    errors: Vec<OpenError>,
    why: Vec<String>,
}

impl Trouble {
    /// What the flow said, as far as it is about what was filled in.
    fn of(error: Error) -> Result<Self, Error> {
        let one = |error| Self {
            errors: vec![error],
            why: Vec::new(),
        };
        match error {
            Error::Unknown { kind: "purpose", .. } => Ok(one(OpenError::Purpose)),
            Error::MayNot(Barred::Person) => Ok(one(OpenError::Oneself)),
            Error::Barred(bar) => {
                let error = match bar.refusal {
                    Refusal::UnknownAccount => OpenError::Unknown,
                    Refusal::AmbiguousAccount => OpenError::Several,
                    Refusal::DisabledAccount => OpenError::Disabled,
                    Refusal::ProtectedAccount => OpenError::Protected,
                    Refusal::Frozen => OpenError::Frozen,
                    _ => return Err(Error::Barred(bar)),
                };
                Ok(Self {
                    errors: vec![error],
                    why: bar.reasons,
                })
            }
            error => Err(error),
        }
    }
}
