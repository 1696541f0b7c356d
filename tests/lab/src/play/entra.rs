//! Signing in at the imitated Entra with what Doorward gave.

use url::Url;

use super::walk::{Fault, Walk, otherwise};
use crate::browser::Browser;
use crate::sheet::Person;

/// A password that a person might choose; the tenant takes it because of its length and kinds.
const CHOSEN: &str = "Kestrel-over-42-quiet-harbours";

impl Walk {
    /// Signs in with a temporary password, which forces a new one; neither it nor the forgotten one is worth anything
    /// afterwards.
    pub async fn sign_in_with_password(&mut self, person: &Person, secret: &str, sign_in: &Url) -> Result<(), Fault> {
        let login = &person.person.login;
        self.browser.visit(sign_in.as_str()).await?;
        type_in(&mut self.browser, login, secret).await?;
        self.did("signed in at Entra with the temporary password");
        let form = self
            .browser
            .form("/signin/change")?
            .set("password", CHOSEN)
            .set("confirm", CHOSEN);
        form.press("Save").await?;
        signed_in(&self.browser)?;
        self.did("was made to choose a new password, and is in");
        for (what, stale) in [("temporary", secret), ("forgotten", person.password.as_str())] {
            let mut other = self.stranger()?;
            other.visit(sign_in.as_str()).await?;
            type_in(&mut other, login, stale).await?;
            if !other.page()?.has_form("/signin") || other.page()?.status().is_success() {
                return Err(otherwise(
                    format!("the {what} password refused"),
                    other.page()?.heading(),
                ));
            }
        }
        self.did("found the temporary and the forgotten password worthless");
        Ok(())
    }

    /// Signs in with a Temporary Access Pass and sets up a lasting way to sign in; the pass works no second time.
    pub async fn sign_in_with_access_pass(
        &mut self,
        person: &Person,
        secret: &str,
        sign_in: &Url,
    ) -> Result<(), Fault> {
        let login = &person.person.login;
        self.browser.visit(sign_in.as_str()).await?;
        type_in(&mut self.browser, login, secret).await?;
        self.did("signed in at Entra with the pass");
        self.browser.form("/signin/register")?.press("Set up").await?;
        signed_in(&self.browser)?;
        self.did("set up a new way to sign in, and is in");
        let mut other = self.stranger()?;
        other.visit(sign_in.as_str()).await?;
        type_in(&mut other, login, secret).await?;
        if other.page()?.status().is_success() {
            return Err(otherwise("the used pass refused", other.page()?.heading()));
        }
        self.did("found the used pass worthless");
        Ok(())
    }
}

async fn type_in(browser: &mut Browser, login: &str, secret: &str) -> Result<(), Fault> {
    let form = browser.form("/signin")?.set("login", login).set("password", secret);
    form.press("Sign in").await?;
    Ok(())
}

fn signed_in(browser: &Browser) -> Result<(), Fault> {
    let heading = browser.page()?.heading();
    if heading.starts_with("You are signed in") {
        return Ok(());
    }
    Err(otherwise("to be signed in", heading))
}
