//! A person is looked up by exactly what they sign in with, or a case by its number. What is found of an account is the
//! directory's; the look itself is counted and written down by the flow.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{At, line, open};
use crate::case::Case;
use crate::case::bar;
use crate::case::role::Power;
use crate::flow::Error;
use crate::flow::person;
use crate::pages::desk::{Find, Found, Open, Person, path};
use doorward_contract::VendorError;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    query: String,
}

/// Nothing typed yet.
pub(super) async fn look(at: At) -> Response {
    if !at.may(Power::ReadCase) {
        return at.nothing().await;
    }
    let (typed, found) = (String::new(), Found::NotAsked);
    at.show(Find { typed, found }).await
}

/// Looks somebody or something up.
pub(super) async fn ask(at: At, Form(asked): Form<Asked>) -> Result<Response, Response> {
    at.pressed(&asked.form_token).await?;
    if !at.may(Power::ReadCase) {
        return Err(at.nothing().await);
    }
    let typed = asked.query.trim().to_owned();
    if let Some(number) = number(&typed) {
        match at.flow().case_named(&number).await {
            Ok(Some(case)) => return Ok(Redirect::to(&path::case(case.id.as_str())).into_response()),
            Ok(None) => {}
            Err(error) => return Err(at.fail(error).await),
        }
    }
    let found = if typed.is_empty() || typed.len() > Open::MAX_LENGTH || !at.may(Power::FindPerson) {
        Found::Nothing
    } else {
        match person(&at, &typed).await {
            Ok(found) => found,
            Err(error) => return Err(at.fail(error).await),
        }
    };
    Ok(at.show(Find { typed, found }).await)
}

/// What was typed as the number of a case, if it can be one: the dash and the case of its letters are not asked for.
fn number(typed: &str) -> Option<String> {
    const HALF: usize = 4;
    let letters: String = typed.chars().filter(|letter| *letter != '-').collect();
    if letters.len() != 2 * HALF || !letters.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        return None;
    }
    let (first, second) = letters.split_at_checked(HALF)?;
    Some(format!("{first}-{second}").to_ascii_uppercase())
}

/// The directories of what this operator may open, one after the other, until one knows them.
async fn person(at: &At, typed: &str) -> Result<Found, Error> {
    let mut missing = Found::Nothing;
    for connector in open::directories(at) {
        match at.flow().find(at.operator(), &connector, typed).await {
            Ok(Some(found)) => return Ok(Found::Person(Box::new(known(at, connector, found)))),
            Ok(None) => {}
            Err(Error::TooMany(retry_after)) => return Ok(Found::Limit { retry_after }),
            Err(Error::Vendor(VendorError::Ambiguous)) => return Ok(Found::Several),
            Err(Error::Vendor(error)) => {
                tracing::warn!(%error, connector, "a directory could not be asked for an operator");
                missing = Found::Unreachable { connector };
            }
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
}

fn known(at: &At, connector: String, found: person::Found) -> Person {
    let flagged = |case: &Case| case.desk.flag.as_ref().map(|flag| flag.at);
    // Whose case it is must not be known yet to whoever may still judge it: then the case is not among the person's.
    let shown: Vec<Case> = found
        .cases
        .iter()
        .filter(|case| !bar::is_blind(case, at.operator()))
        .cloned()
        .collect();
    Person {
        name: found.display_name,
        login: found.login,
        account: found.account,
        connector,
        enabled: found.enabled,
        protected: found.protected,
        frozen: found.frozen,
        frozen_since: found.cases.iter().find_map(flagged),
        cases: line::all(at, &shown, shown.len()),
    }
}
