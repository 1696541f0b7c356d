//! Journeys that begin with a link from the helpdesk.

use super::walk::{Fault, Walk, expect, otherwise};
use crate::sheet::Person;

pub(super) async fn password(walk: &mut Walk) -> Result<(), Fault> {
    let juergen = walk.person("juergen-mueller")?;
    begin(walk, &juergen, "temporary_password").await?;
    back_in(walk, &juergen).await
}

pub(super) async fn access_pass(walk: &mut Walk) -> Result<(), Fault> {
    let zofia = walk.person("zofia-wroblewska-lecka")?;
    begin(walk, &zofia, "temporary_access_pass").await?;
    walk.agree().await?;
    walk.prove(&zofia, "pass").await?;
    walk.come_back().await?;
    let (secret, sign_in) = walk.take_pass().await?;
    walk.sign_in_with_access_pass(&zofia, &secret, &sign_in).await
}

pub(super) async fn second_browser(walk: &mut Walk) -> Result<(), Fault> {
    let charlotte = walk.person("charlotte-van-den-berg")?;
    let link = begin(walk, &charlotte, "temporary_password").await?;
    let mut stranger = walk.stranger()?;
    expect(stranger.visit(&link).await?, "link-used")?;
    let case = walk
        .sheet
        .doorward
        .address
        .join("case")
        .map_err(|_| otherwise("an address", "none"))?;
    expect(stranger.visit(case.as_str()).await?, "no-session")?;
    walk.did("found the link useless in a second browser");
    back_in(walk, &charlotte).await
}

pub(super) async fn twice(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    let before = walk.changes(&omar).await?;
    let link = begin(walk, &omar, "temporary_password").await?;
    walk.browser.visit(&link).await?;
    walk.expect("consent")?;
    walk.did("came back by the same link in the same browser");
    walk.withdraw().await?;
    walk.browser.visit(&link).await?;
    walk.expect("withdrawn")?;
    let mut stranger = walk.stranger()?;
    let page = stranger.visit(&link).await?;
    expect(page, "link-used")?;
    if page.status().as_u16() != 410 {
        return Err(otherwise("status 410", page.status()));
    }
    walk.did("found the link useless afterwards");
    walk.unchanged(&omar, &before).await
}

async fn back_in(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    walk.agree().await?;
    walk.prove(person, "pass").await?;
    walk.come_back().await?;
    let (secret, sign_in) = walk.take_pass().await?;
    walk.sign_in_with_password(person, &secret, &sign_in).await
}

/// The ticket system sends the link, a mail scanner opens it, the person opens it and presses the button.
pub(super) async fn begin(walk: &mut Walk, person: &Person, gives: &str) -> Result<String, Fault> {
    let by_link = walk.sheet.doorward.purposes.iter();
    let fitting =
        by_link.filter(|purpose| purpose.gives == gives && purpose.sources.iter().any(|name| name == "helpdesk"));
    let purpose = fitting.map(|purpose| purpose.name.clone()).next();
    let purpose = purpose.ok_or_else(|| otherwise(format!("a purpose that gives {gives}"), "none"))?;
    begin_for(walk, person, &purpose).await
}

/// The same for the purpose of this name.
pub(super) async fn begin_for(walk: &mut Walk, person: &Person, purpose: &str) -> Result<String, Fault> {
    let mut desk = walk.stranger()?;
    desk.visit(walk.sheet.lab.address.as_str()).await?;
    let form = desk
        .form("/desk/link")?
        .set("person", &person.person.id)
        .set("purpose", purpose);
    let mail = form.press("Send the link").await?;
    let link = mail
        .attribute("a.recovery", "href")
        .ok_or_else(|| otherwise("a mail with a link", mail.text()))?;
    walk.did(format!("had the helpdesk send {} a link", person.name));
    expect(walk.stranger()?.visit(&link).await?, "invited")?;
    walk.did("had a mail scanner open it");
    walk.browser.visit(&link).await?;
    walk.expect("invited")?;
    walk.browser.form("/l/")?.press("").await?;
    walk.expect("consent")?;
    walk.did("opened it and began");
    Ok(link)
}
