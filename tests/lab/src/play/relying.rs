//! Journeys of people whom somebody else sent: an Okta org, an Entra sign-in, a plain relying party. Each ends where it began.

use url::Url;

use super::walk::{Fault, Walk, otherwise};
use crate::sheet::Person;

/// Somebody a proof fits.
const SOMEBODY: &str = "maria-silva";

pub(super) async fn okta_recover(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_okta(walk, &maria, "recover").await?;
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    let okta = walk.sheet.okta.address.clone();
    walk.come_back_to(&okta).await?;
    titled(walk, "Reset your password")?;
    walk.browser
        .form("/account/continue")?
        .set("password", "Quiet-Harbour-7-Lantern")
        .press("Reset password")
        .await?;
    walk.did("chose a new password at Okta");
    Ok(())
}

pub(super) async fn okta_wrong_name(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_okta(walk, &maria, "recover").await?;
    walk.agree().await?;
    walk.prove(&maria, "wrong-name").await?;
    let okta = walk.sheet.okta.address.clone();
    walk.come_back_to(&okta).await?;
    said(walk, "CLAIM_GIVEN_NAME_NOT_VERIFIED")?;
    walk.did("was refused by Okta");
    Ok(())
}

pub(super) async fn okta_cancel(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_okta(walk, &maria, "unlock").await?;
    let okta = walk.sheet.okta.address.clone();
    walk.decline_to(&okta).await?;
    said(walk, "access_denied")?;
    walk.did("was told by Okta that it was called off");
    Ok(())
}

pub(super) async fn okta_app(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    let app = below(&walk.sheet.okta.address, "app/payroll");
    walk.browser.visit(app.as_str()).await?;
    let login = &maria.person.login;
    walk.browser
        .form("/app/payroll")?
        .set("login", login)
        .press("Continue")
        .await?;
    walk.name_account(&maria.person.login).await?;
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    let okta = walk.sheet.okta.address.clone();
    walk.come_back_to(&okta).await?;
    said(walk, "Example Payroll")?;
    walk.did("opened the app");
    Ok(())
}

pub(super) async fn entra_second_factor(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_entra(walk, &maria).await?;
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    let entra = walk.sheet.entra.address.clone();
    walk.come_back_by_form(&entra).await?;
    titled(walk, "You are signed in")?;
    walk.did("was signed in at Entra");
    Ok(())
}

pub(super) async fn entra_declined(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_entra(walk, &maria).await?;
    let entra = walk.sheet.entra.address.clone();
    walk.decline_by_form(&entra).await?;
    said(walk, "access_denied")?;
    walk.did("was told by Entra that it was called off");
    Ok(())
}

pub(super) async fn duo_sso(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_duo(walk, "redirect").await?;
    walk.browser
        .form("/saml/identify")?
        .set("login", &maria.person.login)
        .press("")
        .await?;
    walk.expect("consent")?;
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    // It listens where the plain relying party does.
    let duo = walk.sheet.rp.clone();
    walk.come_back_by_form(&duo).await?;
    titled(walk, "You are signed in")?;
    said(walk, &maria.person.login)?;
    walk.did("was signed in at Duo");
    Ok(())
}

pub(super) async fn duo_sso_declined(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    sent_by_duo(walk, "post").await?;
    walk.browser
        .form("/saml/identify")?
        .set("login", &maria.person.login)
        .press("")
        .await?;
    walk.expect("consent")?;
    // It listens where the plain relying party does.
    let duo = walk.sheet.rp.clone();
    walk.decline_by_form(&duo).await?;
    said(walk, "RequestDenied")?;
    walk.did("was told by Duo that it was called off");
    Ok(())
}

/// Arrives at the question whose account it is.
async fn sent_by_duo(walk: &mut Walk, binding: &str) -> Result<(), Fault> {
    let start = walk.sheet.duo_sso.clone();
    walk.browser.visit(start.as_str()).await?;
    walk.browser
        .form("/duo-sso")?
        .set("binding", binding)
        .press("Continue with Doorward")
        .await?;
    if binding == "post" {
        walk.browser.form("/sso")?.press("Send").await?;
    }
    walk.expect("login")?;
    walk.did("was sent by Duo");
    Ok(())
}

pub(super) async fn intranet(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person(SOMEBODY)?;
    let rp = walk.sheet.rp.clone();
    walk.browser.visit(rp.as_str()).await?;
    walk.browser
        .form("/sign-in")?
        .set("login_hint", &maria.person.login)
        .press("Sign in with Doorward")
        .await?;
    walk.expect("consent")?;
    walk.did("was sent by the intranet");
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    walk.come_back_to(&rp).await?;
    said(walk, &maria.person.birth_date)?;
    walk.did("signed in, with verified claims");
    Ok(())
}

async fn sent_by_okta(walk: &mut Walk, person: &Person, operation: &str) -> Result<(), Fault> {
    let okta = walk.sheet.okta.address.clone();
    walk.browser.visit(okta.as_str()).await?;
    walk.browser
        .form("/signin")?
        .set("login", &person.person.login)
        .press(operation)
        .await?;
    walk.browser
        .form("/idp/identity-verification")?
        .press("Continue")
        .await?;
    walk.expect("consent")?;
    walk.did("was sent by Okta");
    Ok(())
}

pub(super) async fn sent_by_entra(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    let start = walk.sheet.entra.external_mfa.clone();
    walk.browser.visit(start.as_str()).await?;
    walk.browser
        .form("/external-mfa")?
        .set("login", &person.person.login)
        .set("password", "anything")
        .press("Sign in")
        .await?;
    walk.browser.form("/authorize")?.press("Approve with Doorward").await?;
    walk.expect("consent")?;
    walk.did("was sent by Entra");
    Ok(())
}

fn below(base: &Url, path: &str) -> Url {
    base.join(path).unwrap_or_else(|_| base.clone())
}

pub(super) fn titled(walk: &Walk, wanted: &str) -> Result<(), Fault> {
    let page = walk.browser.page()?;
    if page.heading() == wanted {
        return Ok(());
    }
    Err(otherwise(format!("the page “{wanted}”"), page.text()))
}

pub(super) fn said(walk: &Walk, wanted: &str) -> Result<(), Fault> {
    let text = walk.browser.page()?.source();
    if text.contains(wanted) {
        return Ok(());
    }
    Err(otherwise(format!("“{wanted}” on the page"), text))
}
