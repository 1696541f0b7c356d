//! Journeys of people who stand before Duo's prompt without their phone: to Doorward, and back to the prompt with a code.

use url::Url;

use super::walk::{Fault, Walk, expect, otherwise};
use crate::sheet::Person;

pub(super) async fn help_link(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    enter_help_link(walk).await?;
    at_prompt(walk, &maria).await?;
    let way = walk.sheet.duo.help_link.clone();
    walk.browser.follow(&way).await?;
    walk.expect("login")?;
    walk.did("followed the help link");
    let form = walk.browser.form("/duo/duo/start")?;
    form.set("login", &maria.person.login).press("Continue").await?;
    walk.expect("consent")?;
    walk.did(format!("typed {}", maria.person.login));
    code_used(walk, &maria).await
}

pub(super) async fn signed_link(walk: &mut Walk) -> Result<(), Fault> {
    let lucia = walk.person("lucia-fernandez-ibanez")?;
    let mut desk = walk.stranger()?;
    desk.visit(walk.sheet.lab.address.as_str()).await?;
    let form = desk.form("/desk/signed")?.set("person", &lucia.person.id);
    let mail = form.press("Sign a link").await?;
    let link = mail
        .attribute("a.recovery", "href")
        .ok_or_else(|| otherwise("a mail with a link", mail.text()))?;
    walk.did(format!("had the ticket system sign a link for {}", lucia.name));
    expect(walk.stranger()?.visit(&link).await?, "invited")?;
    walk.did("had a mail scanner open it");
    walk.browser.visit(&link).await?;
    walk.expect("invited")?;
    walk.browser.form("/duo/duo/link")?.press("").await?;
    walk.expect("consent")?;
    walk.did("opened it and began");
    expect(walk.stranger()?.visit(&link).await?, "link-used")?;
    walk.did("found the link useless in a second browser");
    code_used(walk, &lucia).await
}

/// An administrator enters the help link in the settings of the account, as in the panel.
async fn enter_help_link(walk: &mut Walk) -> Result<(), Fault> {
    let (panel, link) = (walk.sheet.duo.messaging.clone(), walk.sheet.duo.help_link.clone());
    let mut admin = walk.stranger()?;
    admin.visit(panel.as_str()).await?;
    let form = admin.form("/panel/messaging")?.set("help_links", &link);
    form.press("Save").await?;
    let kept = admin.page()?.attribute("input[name=help_links]", "value");
    if kept.as_deref() != Some(link.as_str()) {
        return Err(otherwise(link, kept.unwrap_or_default()));
    }
    walk.did("had an administrator enter the help link at Duo");
    Ok(())
}

/// Signs in at the application that Duo protects, as far as Duo's prompt.
async fn at_prompt(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    let (application, duo) = (walk.sheet.duo.application.clone(), walk.sheet.duo.address.clone());
    walk.browser.visit(application.as_str()).await?;
    let form = walk.browser.form("/vpn")?.set("login", &person.person.login);
    form.set("password", "anything").press("Sign in").await?;
    let page = walk.browser.page()?;
    if page.url().origin() != duo.origin() || !page.says(&person.person.login) {
        return Err(otherwise("Duo's prompt", page.text()));
    }
    walk.did("signed in at the VPN, and stands before Duo's prompt");
    Ok(())
}

/// From the question to the code, back to the prompt by the way back, and in: once.
async fn code_used(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    walk.agree().await?;
    walk.prove(person, "pass").await?;
    walk.come_back().await?;
    walk.expect("ready")?;
    walk.browser.form("/case/reveal")?.press("").await?;
    walk.expect("shown")?;
    let page = walk.browser.page()?;
    let code = page.first("#secret").unwrap_or_default();
    let back = page.link("Back to sign-in")?;
    if back != walk.sheet.duo.application {
        return Err(otherwise(&walk.sheet.duo.application, back));
    }
    walk.did("took the code");
    walk.look().await?;
    walk.expect("done")?;
    if walk.browser.page()?.source().contains(&code) {
        return Err(otherwise("no second look at the code", "the code again"));
    }
    walk.did("found no second look at it");
    at_prompt(walk, person).await?;
    type_code(walk, &code).await?;
    let page = walk.browser.page()?;
    let factor = page.first("#factor");
    if !page.says("You are connected") || factor.as_deref() != Some("bypass_code") {
        return Err(otherwise("to be connected by the code", page.text()));
    }
    walk.did("typed the code at the prompt, and is connected");
    at_prompt(walk, person).await?;
    type_code(walk, &code).await?;
    let duo: Url = walk.sheet.duo.address.clone();
    let page = walk.browser.page()?;
    if page.url().origin() != duo.origin() || !page.says("Invalid passcode") {
        return Err(otherwise("the used code refused", page.text()));
    }
    walk.did("found the used code worthless");
    Ok(())
}

async fn type_code(walk: &mut Walk, code: &str) -> Result<(), Fault> {
    let form = walk.browser.form("Use the bypass code")?.set("passcode", code);
    form.press("Use the bypass code").await?;
    Ok(())
}
