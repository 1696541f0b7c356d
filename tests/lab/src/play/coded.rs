//! Journeys of people who are asked for a code: it comes by mail or SMS, to where the directory knows them, and is typed in.

use std::time::Instant;

use super::link::begin_for;
use super::walk::{Fault, GLANCE, PATIENCE, Walk, otherwise};
use crate::mailbox::Message;
use crate::sheet::Person;

pub(super) async fn by_mail(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    coded(walk, &maria, "codes-mail").await
}

pub(super) async fn by_phone(walk: &mut Walk) -> Result<(), Fault> {
    let juergen = walk.person("juergen-mueller")?;
    coded(walk, &juergen, "codes-phone").await
}

async fn coded(walk: &mut Walk, person: &Person, purpose: &str) -> Result<(), Fault> {
    begin_for(walk, person, purpose).await?;
    walk.agree().await?;
    walk.prove(person, "pass").await?;
    walk.come_back().await?;
    let code = walk.ask_for_code(person).await?;
    walk.enter_code("0000 0000").await?;
    walk.expect("check-code-sent")?;
    walk.did("typed a wrong code, and was told so");
    walk.enter_code(&code).await?;
    walk.look_until("ready").await?;
    walk.did("typed the code that came");
    let (secret, sign_in) = walk.take_pass().await?;
    walk.sign_in_with_password(person, &secret, &sign_in).await
}

impl Walk {
    /// Has a code sent, and reads it in the person's mailbox or on their phone.
    pub async fn ask_for_code(&mut self, person: &Person) -> Result<String, Fault> {
        let before = self.codes(person).await?.len();
        self.browser.form("/case/check")?.press("").await?;
        self.expect("check-code-sent")?;
        self.did("asked for a code");
        let since = Instant::now();
        loop {
            let codes = self.codes(person).await?;
            if codes.len() > before
                && let Some(newest) = codes.into_iter().next()
            {
                self.did("read the code in the message");
                return Ok(newest);
            }
            if since.elapsed() > PATIENCE {
                return Err(otherwise("a message with a code", "none"));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Types a code in.
    pub async fn enter_code(&mut self, code: &str) -> Result<(), Fault> {
        let form = self.browser.form("/case/check/code")?;
        form.set("code", code).press("").await?;
        Ok(())
    }

    /// The codes that came to a person, newest first.
    pub async fn codes(&self, person: &Person) -> Result<Vec<String>, Fault> {
        let asked = self.client().get(person.mailbox.clone()).send().await?;
        let messages: Vec<Message> = asked.error_for_status()?.json().await?;
        let code = |message: &Message| message.text.split(" is your code for ").next().map(str::to_owned);
        let of_code = messages
            .iter()
            .filter(|message| message.text.contains(" is your code for "));
        Ok(of_code.filter_map(code).collect())
    }
}
