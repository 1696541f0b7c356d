//! The moves of a person whom somebody else sent: there is a way back to them at the end.

use std::time::Instant;

use url::Url;

use super::walk::{Fault, GLANCE, PATIENCE, WAITING, Walk, otherwise};

impl Walk {
    /// Says whose account it is, where the one who sent the person did not.
    pub async fn name_account(&mut self, login: &str) -> Result<(), Fault> {
        self.expect("login")?;
        self.browser
            .form("/oauth2/identify")?
            .set("login", login)
            .press("Continue")
            .await?;
        self.expect("consent")?;
        self.did(format!("said to be {login}"));
        Ok(())
    }

    /// Goes back from Persona's last page and on to whoever sent the person.
    pub async fn come_back_to(&mut self, sender: &Url) -> Result<(), Fault> {
        self.browser.form("/verify/done")?.press("Done").await?;
        self.led_to(sender).await?;
        self.did("came back");
        Ok(())
    }

    /// The same, by a form that posts itself where there are scripts.
    pub async fn come_back_by_form(&mut self, sender: &Url) -> Result<(), Fault> {
        self.browser.form("/verify/done")?.press("Done").await?;
        self.wait().await?;
        self.post_to(sender).await?;
        self.did("came back");
        Ok(())
    }

    /// Does not agree, and is led back.
    pub async fn decline_to(&mut self, sender: &Url) -> Result<(), Fault> {
        self.browser.form("/case/withdraw")?.press("").await?;
        self.led_to(sender).await?;
        self.did("did not agree");
        Ok(())
    }

    /// The same, by a form that posts itself where there are scripts.
    pub async fn decline_by_form(&mut self, sender: &Url) -> Result<(), Fault> {
        self.browser.form("/case/withdraw")?.press("").await?;
        self.wait().await?;
        self.post_to(sender).await?;
        self.did("did not agree");
        Ok(())
    }

    async fn post_to(&mut self, sender: &Url) -> Result<(), Fault> {
        self.expect("passage")?;
        self.browser.form(sender.as_str())?.press("").await?;
        self.is_at(sender)
    }

    /// Follows Doorward's pages until they have led to `sender`.
    async fn led_to(&mut self, sender: &Url) -> Result<(), Fault> {
        let since = Instant::now();
        while self.is_at(sender).is_err() && WAITING.contains(&self.state()?.as_str()) && since.elapsed() < PATIENCE {
            self.note_number()?;
            tokio::time::sleep(GLANCE).await;
            let mut case = self.sheet.doorward.address.clone();
            case.set_path("/case");
            self.browser.visit(case.as_str()).await?;
        }
        self.is_at(sender)
    }

    fn is_at(&self, sender: &Url) -> Result<(), Fault> {
        let page = self.browser.page()?;
        if page.url().origin() == sender.origin() {
            return Ok(());
        }
        Err(otherwise(sender, format!("{} ({})", page.url(), page.heading())))
    }
}
