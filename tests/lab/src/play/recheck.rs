//! Entra, more than once: who was checked with a document and agreed to be recognised shows a face the next time. Each journey
//! has the earlier check deleted at the end, so that it can be walked again.

use super::relying::{said, sent_by_entra, titled};
use super::walk::{Fault, Walk, otherwise};
use crate::sheet::Person;

/// How often somebody whose face does not fit tries at most; purposes allow fewer.
const MOST_TRIES: usize = 10;

pub(super) async fn glance(walk: &mut Walk) -> Result<(), Fault> {
    let person = walk.person("juergen-mueller")?;
    remembered(walk, &person).await?;
    short(walk, &person).await?;
    walk.agree().await?;
    walk.show_face(&person, "pass").await?;
    signed_in(walk).await?;
    deleted(walk, &person).await
}

pub(super) async fn another_face(walk: &mut Walk) -> Result<(), Fault> {
    let (person, other) = (walk.person("lucia-fernandez-ibanez")?, walk.person("maria-silva")?);
    remembered(walk, &person).await?;
    short(walk, &person).await?;
    walk.agree().await?;
    let entra = walk.sheet.entra.address.clone();
    for _ in 0..MOST_TRIES {
        walk.show_face(&other, "pass").await?;
        walk.browser.form("/verify/done")?.press("Done").await?;
        walk.wait().await?;
        if walk.state()? != "retry" {
            break;
        }
        walk.try_again().await?;
    }
    walk.expect("passage")?;
    walk.browser.form(entra.as_str())?.press("").await?;
    said(walk, "access_denied")?;
    walk.did("was refused by Entra");
    deleted(walk, &person).await
}

/// A full check, with the box ticked.
async fn remembered(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    sent_by_entra(walk, person).await?;
    if walk.is_short()? {
        return Err(otherwise("a full check the first time", "a short one"));
    }
    walk.agree_and_be_remembered().await?;
    walk.prove(person, "pass").await?;
    signed_in(walk).await
}

/// Sent once more, to a page that asks for a face alone.
async fn short(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    sent_by_entra(walk, person).await?;
    if !walk.is_short()? {
        return Err(otherwise("a short check", walk.browser.page()?.text()));
    }
    walk.did("was asked for a face alone");
    Ok(())
}

async fn signed_in(walk: &mut Walk) -> Result<(), Fault> {
    let entra = walk.sheet.entra.address.clone();
    walk.come_back_by_form(&entra).await?;
    titled(walk, "You are signed in")?;
    walk.did("was signed in at Entra");
    Ok(())
}

/// The earlier check is deleted, and a full one is asked for again.
async fn deleted(walk: &mut Walk, person: &Person) -> Result<(), Fault> {
    short(walk, person).await?;
    walk.browser.form("/case/forget")?.press("").await?;
    if walk.is_short()? {
        return Err(otherwise("a full check", "a short one"));
    }
    walk.did("had the earlier check deleted");
    let entra = walk.sheet.entra.address.clone();
    walk.decline_by_form(&entra).await
}
