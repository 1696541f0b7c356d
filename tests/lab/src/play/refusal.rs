//! Journeys that must not end well, and must change nothing.

use std::time::Duration;

use serde_json::json;

use super::walk::{Fault, Walk, otherwise};
use crate::sheet::Person;

/// How often a declined person tries at most; purposes allow fewer.
const MOST_TRIES: usize = 10;
/// Older than any signature that is still taken.
const LONG_AGO: Duration = Duration::from_hours(1);

pub(super) async fn wrong_name(walk: &mut Walk) -> Result<(), Fault> {
    let lucia = walk.person("lucia-fernandez-ibanez")?;
    refused(walk, &lucia, "wrong-name").await
}

pub(super) async fn protected(walk: &mut Walk) -> Result<(), Fault> {
    let amara = walk.person("amara-okafor")?;
    refused(walk, &amara, "pass").await
}

async fn refused(walk: &mut Walk, person: &Person, outcome: &str) -> Result<(), Fault> {
    let before = walk.changes(person).await?;
    walk.enter_portal(&person.person.login).await?;
    walk.agree().await?;
    walk.prove(person, outcome).await?;
    walk.come_back().await?;
    walk.expect("refused")?;
    walk.did("was refused");
    walk.unchanged(person, &before).await
}

pub(super) async fn declined(walk: &mut Walk) -> Result<(), Fault> {
    let lucia = walk.person("lucia-fernandez-ibanez")?;
    let before = walk.changes(&lucia).await?;
    walk.enter_portal(&lucia.person.login).await?;
    walk.agree().await?;
    for _ in 0..MOST_TRIES {
        walk.prove(&lucia, "fail").await?;
        walk.come_back().await?;
        if walk.state()? != "retry" {
            break;
        }
        walk.try_again().await?;
    }
    walk.expect("refused")?;
    walk.did("was refused");
    walk.unchanged(&lucia, &before).await
}

pub(super) async fn needs_review(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    reviewed(walk, &omar, "review").await
}

pub(super) async fn no_birth_date(walk: &mut Walk) -> Result<(), Fault> {
    let aiko = walk.person("aiko-tanaka")?;
    reviewed(walk, &aiko, "pass").await
}

async fn reviewed(walk: &mut Walk, person: &Person, outcome: &str) -> Result<(), Fault> {
    let before = walk.changes(person).await?;
    walk.enter_portal(&person.person.login).await?;
    walk.agree().await?;
    walk.prove(person, outcome).await?;
    walk.come_back().await?;
    walk.expect("review")?;
    walk.did("was told that somebody has to look");
    walk.unchanged(person, &before).await
}

pub(super) async fn expired(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    let before = walk.changes(&omar).await?;
    walk.enter_portal(&omar.person.login).await?;
    walk.agree().await?;
    walk.prove(&omar, "expire").await?;
    // Persona does not send anybody back from there: the person returns to the page that they left, which follows.
    walk.look_until("retry").await?;
    walk.did("was offered another try");
    walk.withdraw().await?;
    walk.unchanged(&omar, &before).await
}

pub(super) async fn unknown(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    walk.enter_portal(&maria.person.login).await?;
    let known = faceless(walk)?;
    walk.withdraw().await?;
    walk.browser = walk.stranger()?;
    walk.enter_portal("nobody.at.all@example.com").await?;
    let unknown = faceless(walk)?;
    if known != unknown {
        return Err(otherwise(known, unknown));
    }
    walk.did("saw the same page as for a known address");
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    walk.come_back().await?;
    walk.expect("refused")?;
    walk.did("was refused");
    Ok(())
}

/// The words of the open page without the number of the case.
fn faceless(walk: &Walk) -> Result<String, Fault> {
    let page = walk.browser.page()?;
    let number = page.first(".number .value").unwrap_or_default();
    Ok(page.text().replace(&number, "NUMBER"))
}

pub(super) async fn forged_webhook(walk: &mut Walk) -> Result<(), Fault> {
    let lucia = walk.person("lucia-fernandez-ibanez")?;
    let before = walk.changes(&lucia).await?;
    walk.enter_portal(&lucia.person.login).await?;
    walk.agree().await?;
    let inquiry = walk
        .browser
        .page()?
        .attribute("input[name=inquiry-id]", "value")
        .unwrap_or_default();
    let body = json!({"data": {"type": "event", "id": "evt_forged", "attributes": {
        "name": "inquiry.approved", "payload": {"data": {"type": "inquiry", "id": inquiry,
        "attributes": {"status": "approved"}}}}}})
    .to_string();
    let (now, right) = (walk.clock().now(), walk.sheet.persona.webhook_secrets.clone());
    let sign = |secrets: &[String], at| doorward_persona::fake::signature(secrets, at, body.as_bytes());
    for (how, signature) in [
        ("no signature", None),
        ("another secret", Some(sign(&["wbhsec_guessed".to_owned()], now))),
        (
            "a signature for another body",
            Some(doorward_persona::fake::signature(&right, now, b"{}")),
        ),
        ("an old signature", Some(sign(&right, now.minus(LONG_AGO)))),
    ] {
        forge(walk, how, signature, &body).await?;
    }
    walk.look().await?;
    walk.expect("visit")?;
    walk.did("found the case where it was");
    walk.unchanged(&lucia, &before).await
}

async fn forge(walk: &mut Walk, how: &str, signature: Option<String>, body: &str) -> Result<(), Fault> {
    let url = walk.sheet.doorward.webhooks.get("persona").cloned();
    let url = url.ok_or_else(|| otherwise("a webhook address", "none"))?;
    let mut request = walk
        .client()
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_owned());
    if let Some(signature) = signature {
        request = request.header("persona-signature", signature);
    }
    let status = request.send().await?.status();
    if !status.is_client_error() {
        return Err(otherwise(format!("a refusal of {how}"), status));
    }
    walk.did(format!("sent a webhook with {how}: {}", status.as_u16()));
    Ok(())
}
