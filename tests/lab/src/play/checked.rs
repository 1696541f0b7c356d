//! Journeys of people who are asked further: a message on the phone, then Duo's own page.

use super::link::begin_for;
use super::walk::{Fault, Walk, otherwise};
use crate::sheet::{Person, below};

const PURPOSE: &str = "recover-checked";

pub(super) async fn both(walk: &mut Walk) -> Result<(), Fault> {
    let juergen = walk.person("juergen-mueller")?;
    asked(walk, &juergen).await?;
    on_phone(walk, &juergen, "approve").await?;
    walk.look_until("prompt").await?;
    walk.browser.form("/case/check")?.press("").await?;
    let (duo, page) = (walk.sheet.duo.address.clone(), walk.browser.page()?);
    if page.url().origin() != duo.origin() {
        return Err(otherwise("Duo's prompt", page.text()));
    }
    let form = walk.browser.form("Approve on the phone")?;
    form.press("Approve on the phone").await?;
    walk.did("went to Duo's own page and approved there");
    walk.look_until("ready").await?;
    let (secret, sign_in) = walk.take_pass().await?;
    walk.sign_in_with_password(&juergen, &secret, &sign_in).await
}

pub(super) async fn denied(walk: &mut Walk) -> Result<(), Fault> {
    refused_on_phone(walk, "deny").await
}

pub(super) async fn fraud(walk: &mut Walk) -> Result<(), Fault> {
    refused_on_phone(walk, "fraud").await
}

async fn refused_on_phone(walk: &mut Walk, answer: &str) -> Result<(), Fault> {
    let lucia = walk.person("lucia-fernandez-ibanez")?;
    let before = walk.changes(&lucia).await?;
    asked(walk, &lucia).await?;
    on_phone(walk, &lucia, answer).await?;
    walk.look_until("refused").await?;
    let said = walk.browser.page()?.text().to_lowercase();
    // Whoever sits there need not be told what the owner of the phone said.
    if said.contains("fraud") || said.contains("denied") {
        return Err(otherwise("a refusal like every other", said));
    }
    walk.did("was refused");
    walk.unchanged(&lucia, &before).await
}

/// From the helpdesk's link to the message on the phone.
async fn asked(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    begin_for(walk, person, PURPOSE).await?;
    walk.agree().await?;
    walk.prove(person, "pass").await?;
    walk.come_back().await?;
    walk.expect("push")?;
    walk.browser.form("/case/check")?.press("").await?;
    walk.expect("push-sent")?;
    walk.did("had a message sent to the phone");
    Ok(())
}

/// The phone's owner answers what is on the screen.
async fn on_phone(walk: &mut Walk, person: &Person, answer: &str) -> Result<(), Fault> {
    let screen = below(&walk.sheet.duo.phones, &format!("phone/{}", person.duo_user));
    let mut phone = walk.stranger()?;
    phone.visit(screen.as_str()).await?;
    if !phone.page()?.says("Account recovery") {
        return Err(otherwise("a message on the phone", phone.page()?.text()));
    }
    let button = match answer {
        "approve" => "Approve",
        "deny" => "Deny",
        _ => "It was not me",
    };
    phone.form(button)?.press(button).await?;
    walk.did(format!("pressed “{button}” on the phone"));
    Ok(())
}
