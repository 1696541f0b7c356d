//! An authorization request, from parameters to a [`Request`]: every check in order, each with its clause.
//!
//! OpenID Connect Core §3.1.2.1 and §3.1.2.2, RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 9700 §2.1, FAPI 2.0 Security Profile
//! §5.3.2.2, Okta's profile okta.md §1.4.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::asked::Refused;
use super::claims;
use super::client::{Auth, Client, Profile};
use super::form::Parameters;
use super::refusal::{Code, Refusal, Why};
use super::request::{Mode, Prompt, Request};
use super::{dpop, json, okta};
use doorward_contract::Timestamp;

/// The longest `state` and `nonce`: more than anybody sends, and a bound for what we keep.
const LONGEST_TEXT: usize = 2_048;
/// The longest `login_hint`: an e-mail address has at most 254 characters (RFC 5321 §4.5.3.1.3).
const LONGEST_LOGIN: usize = 254;
/// The largest `claims` parameter.
const LONGEST_CLAIMS: usize = 16 * 1024;
/// The scopes that mean something here.
pub const SCOPES: [&str; 4] = ["openid", "profile", "offline_access", "identity_assurance"];
/// A scope that names the purpose (okta.md §1.4).
const FLOW: &str = "idv_flow_";

/// What is known of a request beside its parameters.
#[derive(Clone, Debug)]
pub struct Context {
    /// Whether it came by the back door (RFC 9126).
    pub pushed: bool,
    /// When.
    pub received_at: Timestamp,
    /// The subject of the `id_token_hint`, if there was one; `Some(None)` if it was none of ours for this client.
    pub hint: Option<Option<String>>,
}

/// The request in `parameters`, as far as this client may ask it.
pub fn request(client: &Arc<Client>, parameters: &Parameters, context: &Context) -> Result<Request, Refused> {
    let here = |why| Refused::Here {
        why,
        client: Some(client.clone()),
    };
    // RFC 9700 §2.1: exact comparison; before anything may be sent there.
    let redirect_uri = parameters.get("redirect_uri").ok_or(here("redirect_uri missing"))?;
    if !client.redirect_uris.iter().any(|own| own == redirect_uri) {
        return Err(here("redirect_uri not registered"));
    }
    if client.purposes.is_empty() {
        return Err(here("no purpose for this client"));
    }
    let mode = match parameters.get("response_mode") {
        Some("form_post") => Mode::FormPost,
        _ => Mode::Query,
    };
    let told = |refusal| Refused::Back {
        client: client.clone(),
        redirect_uri: redirect_uri.to_owned(),
        mode,
        state: parameters.get("state").filter(|state| fits(state)).map(str::to_owned),
        refusal,
    };
    let request = rest(client, parameters, context, redirect_uri, mode).map_err(told)?;
    Ok(request)
}

fn rest(
    client: &Client,
    parameters: &Parameters,
    context: &Context,
    redirect_uri: &str,
    mode: Mode,
) -> Result<Request, Refusal> {
    shape(client, parameters, context)?;
    let challenge = challenge(client, parameters)?;
    let scopes = scopes(client, parameters)?;
    let prompt = prompt(parameters)?;
    let claims = asked_claims(client, parameters)?;
    let hinted_subject = hinted(context, named(client, &claims)?)?;
    let acr_values = purposes(client, parameters, &claims)?;
    let request = Request {
        client: client.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        mode,
        scopes,
        state: text(parameters, "state", LONGEST_TEXT)?,
        nonce: text(parameters, "nonce", LONGEST_TEXT)?,
        challenge,
        dpop_thumbprint: dpop::bound_to(parameters, None)?,
        prompt,
        max_age: max_age(parameters)?,
        login_hint: text(parameters, "login_hint", LONGEST_LOGIN)?,
        hinted_subject,
        acr_values,
        ui_locales: words(parameters.get("ui_locales")),
        claims,
        app_name: text(parameters, "app_name", LONGEST_TEXT)?,
        app_instance_id: text(parameters, "app_instance_id", LONGEST_TEXT)?,
        received_at: context.received_at,
    };
    if client.profile == Profile::OktaVendor {
        okta::check(&request)?;
    }
    Ok(request)
}

/// What kind of request it is.
fn shape(client: &Client, parameters: &Parameters, context: &Context) -> Result<(), Refusal> {
    if matches!(client.profile, Profile::Fapi2 | Profile::OktaVendor) && !context.pushed {
        // FAPI 2.0 Security Profile §5.3.2.2: 2. and 3.; okta.md §1.1.
        return Err(invalid("this client pushes its requests", "request not pushed"));
    }
    match parameters.get("response_type") {
        None => return Err(invalid("response_type is missing", "response_type missing")),
        Some("code") => {}
        Some(_) => {
            let description = "response_type must be code";
            return Err(Refusal::new(
                Code::UnsupportedResponseType,
                description,
                "response_type",
            ));
        }
    }
    match parameters.get("response_mode") {
        // FAPI 2.0 knows answers in redirects only.
        Some("form_post") if client.profile == Profile::Fapi2 => {
            return Err(invalid("response_mode must be query for this client", "response_mode"));
        }
        None | Some("query" | "form_post") => {}
        Some(_) => return Err(invalid("response_mode must be query or form_post", "response_mode")),
    }
    if parameters.get("registration").is_some() {
        let description = "clients are registered by the operator";
        return Err(Refusal::new(
            Code::RegistrationNotSupported,
            description,
            "registration",
        ));
    }
    // What was signed or pushed has been taken apart by now.
    if parameters.get("request").is_some() {
        return Err(invalid("one request object is enough", "request inside a request"));
    }
    if parameters.get("request_uri").is_some() {
        let description = "only request_uris of this server's own are taken";
        return Err(Refusal::new(
            Code::RequestUriNotSupported,
            description,
            "foreign request_uri",
        ));
    }
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: `openid` must be there, what is not known is ignored.
fn scopes(client: &Client, parameters: &Parameters) -> Result<Vec<String>, Refusal> {
    let asked = words(parameters.get("scope"));
    let has = |scope: &str| asked.iter().any(|asked| asked == scope);
    let bad = |why| Err(Refusal::new(Code::InvalidScope, "scope must hold openid", why));
    if !has("openid") {
        return bad("scope openid missing");
    }
    if client.profile == Profile::OktaVendor && !has("identity_assurance") {
        let description = "scope must hold identity_assurance";
        return Err(Refusal::new(
            Code::InvalidScope,
            description,
            "scope identity_assurance missing",
        ));
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked {
        // OpenID Connect Core §11: offline access is for those who may have it.
        let may = scope != "offline_access" || !client.refresh.is_zero();
        if SCOPES.contains(&scope.as_str()) && may && !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

/// The purpose that a scope names (okta.md §1.4). To other clients such a scope is one of those that mean nothing.
fn flow(client: &Client, parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let bad = |description, why| Err(Refusal::new(Code::InvalidScope, description, why));
    let asked = words(parameters.get("scope"));
    let mut names = asked.iter().filter_map(|scope| scope.strip_prefix(FLOW));
    let (first, second) = (names.next(), names.next());
    let Some(name) = first.filter(|_| client.profile == Profile::OktaVendor) else {
        return Ok(None);
    };
    if second.is_some() {
        return bad("one flow at a time", "two flows");
    }
    // Names in the settings have hyphens, scopes are often written with underscores.
    let exact = client.purposes.iter().find(|own| *own == name);
    let alike = || client.purposes.iter().find(|own| own.replace('-', "_") == name);
    match exact.or_else(alike) {
        Some(purpose) => Ok(Some(purpose.clone())),
        None => bad("there is no flow of that name", "unknown flow"),
    }
}

/// RFC 7636 §4.3; who must (RFC 9700 §2.1.1, FAPI 2.0 §5.3.2.2: 5., okta.md §1.4), must with S256.
fn challenge(client: &Client, parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let must = client.auth == Auth::None || matches!(client.profile, Profile::Fapi2 | Profile::OktaVendor);
    let Some(challenge) = parameters.get("code_challenge") else {
        return match parameters.get("code_challenge_method") {
            Some(_) => Err(invalid("code_challenge is missing", "method without a challenge")),
            None if must => Err(invalid(
                "code_challenge is missing: this client must use PKCE",
                "PKCE missing",
            )),
            None => Ok(None),
        };
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256", "PKCE without S256"));
    }
    if URL_SAFE_NO_PAD.decode(challenge).map(|bytes| bytes.len()) != Ok(32) {
        return Err(invalid("code_challenge is not a SHA-256 hash", "challenge malformed"));
    }
    Ok(Some(challenge.to_owned()))
}

/// OpenID Connect Core §3.1.2.1: `none` stands alone.
fn prompt(parameters: &Parameters) -> Result<Vec<Prompt>, Refusal> {
    let mut prompts = Vec::new();
    for word in words(parameters.get("prompt")) {
        let prompt = match word.as_str() {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => return Err(invalid("prompt holds an unknown value", "prompt")),
        };
        prompts.push(prompt);
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(invalid("prompt=none stands alone", "prompt none among others"));
    }
    Ok(prompts)
}

fn asked_claims(client: &Client, parameters: &Parameters) -> Result<Value, Refusal> {
    let Some(text) = parameters.get("claims") else {
        return Ok(Value::Null);
    };
    if text.len() > LONGEST_CLAIMS {
        return Err(invalid("claims is too long", "claims too long"));
    }
    let members = json::read_object(text.as_bytes());
    let claims = Value::Object(members.ok_or(invalid("claims is not a JSON object", "claims malformed"))?);
    if client.profile != Profile::OktaVendor {
        claims::check(&claims)?;
    }
    Ok(claims)
}

/// Whom the ID token must be about, if `sub` is asked for with a value (OpenID Connect Core §5.5.1).
fn named(client: &Client, claims: &Value) -> Result<Option<String>, Refusal> {
    if client.profile == Profile::OktaVendor {
        return Ok(None);
    }
    match claims.pointer("/id_token/sub/value") {
        None => Ok(None),
        Some(Value::String(subject)) => Ok(Some(subject.clone())),
        Some(_) => Err(invalid("the sub asked for is no text", "sub malformed")),
    }
}

/// The one person whom the hint and the claims name (OpenID Connect Core §3.1.2.2).
fn hinted(context: &Context, named: Option<String>) -> Result<Option<String>, Refusal> {
    match (&context.hint, named) {
        (Some(None), _) => Err(invalid("id_token_hint is not a token for this client", "id_token_hint")),
        (Some(Some(hinted)), Some(named)) if *hinted != named => {
            Err(invalid("id_token_hint and claims name two people", "sub of another"))
        }
        (Some(Some(hinted)), _) => Ok(Some(hinted.clone())),
        (None, named) => Ok(named),
    }
}

/// The client's purposes that may serve, in order of wish. Wishes for others are wishes only (OpenID Connect Core
/// §3.1.2.1), unless they are essential: then one of them must be met, and no other purpose will do (§5.5.1.1; Error Code
/// unmet_authentication_requirements).
fn purposes(client: &Client, parameters: &Parameters, claims: &Value) -> Result<Vec<String>, Refusal> {
    let own = |wished: &String| client.purposes.contains(wished);
    if let Some(flow) = flow(client, parameters)? {
        return Ok(vec![flow]);
    }
    let asked = claims.pointer("/id_token/acr");
    let essential = asked.and_then(|asked| asked.get("essential")).and_then(Value::as_bool) == Some(true);
    let named: Vec<String> = asked
        .into_iter()
        .flat_map(|asked| [asked.get("value"), asked.get("values")])
        .flatten()
        .flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    let met: Vec<String> = named.iter().filter(|wished| own(wished)).cloned().collect();
    if essential && !named.is_empty() {
        if met.is_empty() {
            let description = "none of the requested acr values can be met";
            let code = Code::UnmetAuthenticationRequirements;
            return Err(Refusal::new(code, description, "acr unmet"));
        }
        return Ok(met);
    }
    let mut wished = words(parameters.get("acr_values"));
    wished.retain(own);
    wished.extend(met);
    Ok(wished)
}

/// OpenID Connect Core §3.1.2.1: a number of seconds. `parse` alone would take a sign.
fn max_age(parameters: &Parameters) -> Result<Option<u64>, Refusal> {
    let Some(text) = parameters.get("max_age") else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits => Ok(Some(seconds)),
        _ => Err(invalid("max_age must be a number of seconds", "max_age")),
    }
}

fn text(parameters: &Parameters, name: &str, longest: usize) -> Result<Option<String>, Refusal> {
    match parameters.get(name) {
        Some(value) if value.len() > longest || !fits(value) => Err(invalid(
            "a parameter is too long or holds control characters",
            "parameter malformed",
        )),
        value => Ok(value.map(str::to_owned)),
    }
}

fn fits(value: &str) -> bool {
    value.len() <= LONGEST_TEXT && !value.chars().any(char::is_control)
}

fn words(value: Option<&str>) -> Vec<String> {
    value
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

const fn invalid(description: &'static str, why: Why) -> Refusal {
    Refusal::new(Code::InvalidRequest, description, why)
}
