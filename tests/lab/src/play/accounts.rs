//! Journeys that repair accounts at Okta and Duo, and what the person does there with what they were given.

use serde_json::{Value, json};
use url::Url;

use super::link::begin_for;
use super::walk::{Fault, Walk, otherwise};
use crate::browser::Browser;
use crate::sheet::{Person, below};

/// A password that a person might choose.
const CHOSEN: &str = "Kestrel-over-42-quiet-harbours";

pub(super) async fn password(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva-younger")?;
    let (secret, sign_in) = given(walk, &maria, "okta-password").await?;
    type_in(&mut walk.browser, &sign_in, &maria, &secret).await?;
    walk.did("signed in at Okta with the temporary password");
    let form = walk.browser.form("Change")?.set("password", CHOSEN);
    form.press("Change").await?;
    signed_in(&walk.browser, &maria)?;
    walk.did("was made to choose a new password, and is in");
    for (what, stale) in [("temporary", secret.as_str()), ("forgotten", &maria.password)] {
        worthless(walk, &sign_in, &maria, what, stale).await?;
    }
    let account = at_okta(walk, &maria).await?;
    is(&account, "/status", &"ACTIVE".into())?;
    is(&account, "/counts/unlock", &1.into())?;
    is(&account, "/counts/temp_password", &1.into())
}

pub(super) async fn reset_link(walk: &mut Walk) -> Result<(), Fault> {
    let juergen = walk.person("juergen-mueller")?;
    let (link, sign_in) = given(walk, &juergen, "okta-link").await?;
    walk.browser.visit(&link).await?;
    let form = walk.browser.form("Reset")?.set("password", CHOSEN);
    form.press("Reset").await?;
    signed_in(&walk.browser, &juergen)?;
    walk.did("opened the link, chose a new password, and is in");
    let mut other = walk.stranger()?;
    if other.visit(&link).await?.status().is_success() {
        return Err(otherwise("the used link refused", other.page()?.text()));
    }
    worthless(walk, &sign_in, &juergen, "forgotten", &juergen.password).await?;
    let account = at_okta(walk, &juergen).await?;
    is(&account, "/status", &"ACTIVE".into())?;
    is(&account, "/counts/reset_password", &1.into())
}

pub(super) async fn access_code(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    let (code, sign_in) = given(walk, &maria, "okta-code").await?;
    type_in(&mut walk.browser, &sign_in, &maria, &code).await?;
    signed_in(&walk.browser, &maria)?;
    walk.did("signed in at Okta with the code");
    worthless(walk, &sign_in, &maria, "used", &code).await?;
    let account = at_okta(walk, &maria).await?;
    let kinds: Vec<&Value> = list(&account, "/factors").iter().map(|one| &one["kind"]).collect();
    if kinds != ["email"] {
        return Err(otherwise("the phone's factors gone, and the rest kept", account));
    }
    walk.did("found the phone's factors gone");
    Ok(())
}

pub(super) async fn frozen(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    begin_for(walk, &omar, "okta-password").await?;
    walk.agree().await?;
    freeze(walk, &omar, "SUSPENDED").await?;
    let before = at_okta(walk, &omar).await?;
    walk.prove(&omar, "pass").await?;
    walk.come_back().await?;
    walk.expect("refused")?;
    walk.did("was refused");
    let after = at_okta(walk, &omar).await?;
    freeze(walk, &omar, "ACTIVE").await?;
    if after != before {
        return Err(otherwise("no change at Okta", after));
    }
    walk.did("made sure that nothing was changed at Okta");
    Ok(())
}

/// An administrator changes the status of an account at Okta.
async fn freeze(walk: &Walk, person: &Person, status: &str) -> Result<(), Fault> {
    let way = format!("_lab/accounts/{}", person.okta_user);
    let url = below(&walk.sheet.okta_accounts.address, &way);
    let change = json!({ "status": status });
    walk.client().post(url).json(&change).send().await?.error_for_status()?;
    Ok(())
}

pub(super) async fn lost_phone(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    given(walk, &maria, "lost-phone").await?;
    let user = at_duo(walk, &maria).await?;
    is(&user, "/codes_made", &1.into())?;
    if list(&user, "/codes").len() != 1 {
        return Err(otherwise("one code that works at Duo", user));
    }
    let account = at_okta(walk, &maria).await?;
    is(&account, "/counts/reset_factors", &1.into())?;
    walk.did("found the code at Duo, and Okta's factors gone");
    Ok(())
}

pub(super) async fn lost_everything(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    let before = at_duo(walk, &omar).await?;
    begin_for(walk, &omar, "lost-everything").await?;
    walk.agree().await?;
    walk.prove(&omar, "pass").await?;
    walk.come_back().await?;
    let (passes, sign_in) = walk.take_passes().await?;
    let [access, _code] = passes.as_slice() else {
        return Err(otherwise("two passes", passes.len()));
    };
    walk.sign_in_with_access_pass(&omar, access, &sign_in).await?;
    let user = at_duo(walk, &omar).await?;
    if list(&user, "/codes").len() != list(&before, "/codes").len() + 1 {
        return Err(otherwise("one more code that works at Duo", user));
    }
    let account = at_okta(walk, &omar).await?;
    is(&account, "/counts/reset_factors", &1.into())?;
    walk.did("found the code at Duo, and Okta's factors gone");
    Ok(())
}

pub(super) async fn new_phone(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    let (link, _) = given(walk, &maria, "duo-new-phone").await?;
    works_once(walk, &link).await?;
    let user = at_duo(walk, &maria).await?;
    is(&user, "/devices/0/activated", &true.into())
}

pub(super) async fn first_phone(walk: &mut Walk) -> Result<(), Fault> {
    let omar = walk.person("omar-al-rashid")?;
    let (link, _) = given(walk, &omar, "duo-first-phone").await?;
    works_once(walk, &link).await?;
    let user = at_duo(walk, &omar).await?;
    if list(&user, "/devices").len() != 1 {
        return Err(otherwise("one phone at Duo", user));
    }
    Ok(())
}

/// From the helpdesk's link to what the person is given, and where they sign in.
async fn given(walk: &mut Walk, person: &Person, purpose: &str) -> Result<(String, Url), Fault> {
    begin_for(walk, person, purpose).await?;
    walk.agree().await?;
    walk.prove(person, "pass").await?;
    walk.come_back().await?;
    walk.take_pass().await
}

async fn type_in(browser: &mut Browser, sign_in: &Url, person: &Person, secret: &str) -> Result<(), Fault> {
    browser.visit(sign_in.as_str()).await?;
    let login = &person.person.login;
    let form = browser.form("Sign in")?.set("login", login).set("password", secret);
    form.press("Sign in").await?;
    Ok(())
}

fn signed_in(browser: &Browser, person: &Person) -> Result<(), Fault> {
    let page = browser.page()?;
    if page.says(&format!("You are signed in as {}", person.person.login)) {
        return Ok(());
    }
    Err(otherwise("to be signed in at Okta", page.text()))
}

async fn worthless(walk: &mut Walk, sign_in: &Url, person: &Person, what: &str, secret: &str) -> Result<(), Fault> {
    let mut other = walk.stranger()?;
    type_in(&mut other, sign_in, person, secret).await?;
    if other.page()?.status().is_success() {
        return Err(otherwise(format!("what was {what} refused"), other.page()?.text()));
    }
    walk.did(format!("found what was {what} worthless at Okta"));
    Ok(())
}

/// A link of Duo's registers or activates a phone, and nobody else's afterwards.
async fn works_once(walk: &mut Walk, link: &str) -> Result<(), Fault> {
    walk.browser.visit(link).await?;
    let way = Url::parse(link).map_err(|_| otherwise("an address", link))?;
    walk.browser.form(way.path())?.press("").await?;
    if !walk.browser.page()?.status().is_success() {
        return Err(otherwise("a phone that works", walk.browser.page()?.text()));
    }
    walk.did("opened Duo's link, and the phone works");
    let mut other = walk.stranger()?;
    if other.visit(link).await?.status().is_success() {
        return Err(otherwise("the used link refused", other.page()?.text()));
    }
    walk.did("found the used link worthless");
    Ok(())
}

/// What became of a person's account at Okta.
async fn at_okta(walk: &Walk, person: &Person) -> Result<Value, Fault> {
    known(walk, walk.sheet.okta_accounts.knobs.get("accounts"), &person.okta_user).await
}

/// What became of a person's user at Duo.
async fn at_duo(walk: &Walk, person: &Person) -> Result<Value, Fault> {
    known(walk, walk.sheet.duo.knobs.get("users"), &person.duo_user).await
}

async fn known(walk: &Walk, knob: Option<&Url>, id: &str) -> Result<Value, Fault> {
    let url = knob.ok_or_else(|| otherwise("a list of accounts in the sheet", "none"))?;
    let all: Vec<Value> = walk
        .client()
        .get(url.clone())
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let found = all.into_iter().find(|one| one["id"] == id);
    found.ok_or_else(|| otherwise(format!("an account {id}"), "none"))
}

fn list<'v>(account: &'v Value, way: &str) -> &'v [Value] {
    account
        .pointer(way)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn is(account: &Value, way: &str, wanted: &Value) -> Result<(), Fault> {
    if account.pointer(way) == Some(wanted) {
        return Ok(());
    }
    Err(otherwise(format!("{way} to be {wanted}"), account))
}
