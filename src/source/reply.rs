//! The answer to whoever sent somebody here: a redirect or a form that posts itself, never a page to get lost on.
//!
//! OpenID Connect Core §3.1.2.5 and §3.1.2.6, RFC 9207, OAuth 2.0 Form Post Response Mode; what Okta understands of it is
//! okta.md §1.6.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::oidc::{self, Kept};
use super::{Door, Kind, session};
use crate::case::{Case, CaseId, Refusal, Verdict};
use crate::flow::Error;
use crate::pages::{Notice, Passage, Told, passage_policy, path};
use crate::provider::asked::Refused;
use crate::provider::client::{Client, Profile};
use crate::provider::refusal::Code;
use crate::provider::{Mode, Outcome, Proven, Request, verified};
use crate::store;
use doorward_contract::CheckName;

/// What whoever sent the person will be told, in words for the person; `None` if nobody did.
pub fn told(door: &Door, case: &Case) -> Option<Told> {
    let kind = door.ways.iter().find(|way| way.name == case.source)?.kind;
    let (who, wanted) = match kind {
        Kind::Oidc | Kind::Okta => {
            let Kept { request, .. } = oidc::kept(case)?;
            let client = door.provider.clients.get(&request.client)?;
            (client.title.clone(), verified::wanted(&request.claims))
        }
        Kind::Entra => ("Microsoft".to_owned(), Vec::new()),
        // What it is told of the account is what the directory has, nothing from the document.
        Kind::Saml => (door.saml.party(&case.source)?.title.clone(), Vec::new()),
        Kind::Portal | Kind::Link | Kind::Duo => return None,
    };
    let has = |names: &[&str]| kind == Kind::Oidc && wanted.iter().any(|wanted| names.contains(&wanted.as_str()));
    Some(Told {
        who,
        name: has(&["given_name", "family_name", "middle_name"]),
        birth_date: has(&["birthdate"]),
    })
}

/// Answers for a case whose answer is due, by whichever source took the question.
pub async fn due(door: &Door, case: Case) -> Response {
    let kind = door.ways.iter().find(|way| way.name == case.source).map(|way| way.kind);
    match kind {
        Some(Kind::Oidc | Kind::Okta) => Box::pin(of_case(door, case)).await,
        Some(Kind::Entra) => Box::pin(super::entra::answer(door, case)).await,
        Some(Kind::Saml) => Box::pin(super::saml::answer(door, case)).await,
        // The source was taken out of the settings: there is nobody to answer any more.
        _ => door.show(Notice::Unavailable {
            number: Some(case.number),
        }),
    }
}

async fn of_case(door: &Door, case: Case) -> Response {
    let number = Some(case.number.clone());
    let Some(Kept { request, .. }) = oidc::kept(&case) else {
        return door.show(Notice::Unavailable { number });
    };
    let Some(client) = door.provider.clients.get(&request.client).cloned() else {
        return door.show(Notice::Unavailable { number });
    };
    let verdict = case.verdict.unwrap_or(Verdict::Unavailable);
    let proven = match verdict {
        Verdict::Proven => facts(door, &case, &request, Outcome::Verified),
        // A finished check that failed can be said in Okta's profile only (okta.md §1.6).
        Verdict::Failed if client.profile == Profile::OktaVendor => facts(door, &case, &request, Outcome::Failed),
        _ => None,
    };
    // Somebody was named: the answer must not be about another (OpenID Connect Core §3.1.2.2).
    let other = |proven: &Proven| !request.is_about(&door.provider.subject(proven, &client));
    let (mut told, mut refusal) = (verdict, None);
    let response = match proven {
        Some(proven) if other(&proven) => {
            (told, refusal) = (Verdict::Failed, Some(Refusal::AnotherPerson));
            error(door, &request, &client, Code::LoginRequired)
        }
        Some(proven) => {
            let mut response = self::proven(door, &request, &client, &proven, Some(&case.id)).await;
            if proven.result == Outcome::Verified {
                session::remember(door, &mut response, &client, &proven, &case.id).await;
            }
            response
        }
        None => error(door, &request, &client, code(verdict)),
    };
    match door.flow.answered(case, told, refusal).await {
        Ok(_) => response,
        // Two tabs at once: one of them carried the answer.
        Err(Error::Elsewhere | Error::Store(store::Error::Stale)) => door.on_to(path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// What a verdict is in OAuth's words (RFC 6749 §4.1.2.1). Why it failed is nobody's business outside.
fn code(verdict: Verdict) -> Code {
    match verdict {
        Verdict::Unavailable => Code::TemporarilyUnavailable,
        Verdict::Proven | Verdict::Failed | Verdict::Declined | Verdict::Undecided | Verdict::Late => {
            Code::AccessDenied
        }
    }
}

/// What was found out, in the provider's words.
fn facts(door: &Door, case: &Case, request: &Request, result: Outcome) -> Option<Proven> {
    let purpose = door.flow.purpose(&case.purpose).ok()?;
    let attempt = case.attempt()?;
    let account = case.private.account.as_ref();
    let face = purpose.required.contains(&CheckName::FaceMatch);
    let subject = match (&case.private.record, account) {
        // The relying party's own id, given back.
        (Some(_), _) => request.login_hint.clone()?,
        (None, Some(account)) => door.provider.subject_of(purpose.directory.as_deref()?, &account.id.0),
        (None, None) => return None,
    };
    let compared = case.explanation.iter().flat_map(|explanation| &explanation.attributes);
    Some(Proven {
        result,
        subject,
        login: account.map(|account| account.login.clone()),
        account_name: account.map(|account| account.name.clone()),
        person: case.private.person.clone().filter(|_| result == Outcome::Verified),
        purpose: purpose.name.clone(),
        methods: face.then(|| "face".to_owned()).into_iter().collect(),
        proven_at: attempt.decided_at.unwrap_or(case.changed_at),
        process: case.number.clone(),
        verifier: door.flow.verifiers.get(&attempt.verifier)?.title().to_owned(),
        checks: purpose.required.clone(),
        compared: compared.map(|one| (one.attribute, one.finding)).collect(),
    })
}

/// Answers with a code for what was proven.
pub(super) async fn proven(
    door: &Door,
    request: &Request,
    client: &Client,
    proven: &Proven,
    case: Option<&CaseId>,
) -> Response {
    let code = match door.provider.issue_code(request, proven, case).await {
        Ok(code) => code,
        Err(refusal) => return error(door, request, client, refusal.code),
    };
    let mut fields = vec![("code", code)];
    fields.extend(request.state.clone().map(|state| ("state", state)));
    send(door, client, &request.redirect_uri, request.mode, fields)
}

/// Answers with an error.
pub(super) fn error(door: &Door, request: &Request, client: &Client, code: Code) -> Response {
    let mut fields = vec![("error", code.word().to_owned())];
    fields.extend(request.state.clone().map(|state| ("state", state)));
    send(door, client, &request.redirect_uri, request.mode, fields)
}

/// Refuses a request: back to who asked, if it is certain who that is, otherwise here.
pub(super) async fn refuse(door: &Door, refused: Refused) -> Response {
    door.provider.note_refused("authorize", &refused).await;
    match refused {
        Refused::Back {
            client,
            redirect_uri,
            mode,
            state,
            refusal,
        } => {
            let mut fields = vec![
                ("error", refusal.code.word().to_owned()),
                ("error_description", refusal.description.to_owned()),
            ];
            fields.extend(state.map(|state| ("state", state)));
            send(door, &client, &redirect_uri, mode, fields)
        }
        Refused::Here { .. } | Refused::Used { .. } => door.show(Notice::BadRequest { support: None }),
    }
}

/// Sends the browser to a client's address with the answer. `iss` goes along (RFC 9207), but not to Okta's vendor call-back,
/// which does not know it (okta.md §1.6).
fn send(
    door: &Door,
    client: &Client,
    redirect_uri: &str,
    mode: Mode,
    mut fields: Vec<(&'static str, String)>,
) -> Response {
    if client.profile != Profile::OktaVendor {
        fields.push(("iss", door.provider.issuer.clone()));
    }
    match mode {
        Mode::Query => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&fields)
                .finish();
            let joint = if redirect_uri.contains('?') { '&' } else { '?' };
            away(&format!("{redirect_uri}{joint}{query}"))
        }
        Mode::FormPost => post(door, redirect_uri, fields),
    }
}

/// Away from here by GET (RFC 9700 §4.12: never 307, which would repeat a form).
fn away(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(mut location) => {
            location.set_sensitive(true);
            (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Away from here by a form that posts itself, the one thing that its page may do.
pub(super) fn post(door: &Door, target: &str, fields: Vec<(&'static str, String)>) -> Response {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let mut response = door.show(Passage {
        target: target.to_owned(),
        fields,
    });
    if let Ok(policy) = HeaderValue::from_str(&passage_policy(target)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
