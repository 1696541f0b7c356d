//! The moves that journeys are made of: what one person does on the pages of Doorward, Persona and Entra.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;
use doorward_contract::fake::Asked;
use serde::Serialize;
use url::Url;

pub use super::fault::{Fault, otherwise};
use crate::browser::{Browser, Page, Upload};
use crate::caller;
use crate::sheet::{Person, Sheet};

/// The states of Doorward's pages in which a person has nothing to do but wait.
pub(super) const WAITING: [&str; 6] = ["starting", "reading", "comparing", "acting", "returning", "slow"];
/// How long they may stay that way before the journey gives up.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// How often a waiting person looks.
pub(super) const GLANCE: Duration = Duration::from_millis(100);

/// One thing done.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What.
    pub what: String,
    /// How long it took, in milliseconds.
    pub ms: u128,
}

/// One person on their way.
pub struct Walk {
    /// The world.
    pub sheet: Sheet,
    /// The person's browser.
    pub browser: Browser,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    tell: fn(&str, Duration),
    steps: Vec<Step>,
    since: Instant,
    number: Option<String>,
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("browser", &self.browser)
            .finish_non_exhaustive()
    }
}

impl Walk {
    /// A person at the beginning, with a fresh browser.
    pub fn new(sheet: Sheet, tell: fn(&str, Duration)) -> Result<Self, Fault> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self {
            sheet,
            browser: Browser::new(Arc::clone(&clock))?,
            client: caller::client()?,
            clock,
            tell,
            steps: Vec::new(),
            since: Instant::now(),
            number: None,
        })
    }

    /// The number of the case and what was done.
    pub fn told(self) -> (Option<String>, Vec<Step>) {
        (self.number, self.steps)
    }

    /// Notes that something is done.
    pub fn did(&mut self, what: impl Into<String>) {
        let (what, took) = (what.into(), self.since.elapsed());
        (self.tell)(&what, took);
        self.steps.push(Step {
            what,
            ms: took.as_millis(),
        });
        self.since = Instant::now();
    }

    /// The time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The lab's plain client.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Another browser, without this one's cookies.
    pub fn stranger(&self) -> Result<Browser, Fault> {
        Ok(Browser::new(Arc::clone(&self.clock))?)
    }

    /// Somebody of the cast.
    pub fn person(&self, id: &str) -> Result<Person, Fault> {
        let found = self.sheet.person(id).cloned();
        found.ok_or_else(|| otherwise(format!("{id} among the people"), "nobody of that name"))
    }

    // --- at Doorward ----------------------------------------------------------------------------------------------

    /// Opens the recovery page and types a name.
    pub async fn enter_portal(&mut self, login: &str) -> Result<(), Fault> {
        let address = self.sheet.doorward.address.clone();
        self.browser.visit(address.as_str()).await?;
        // The one that the verifier in the cloud proves, where there is a choice.
        let which = self
            .browser
            .page()?
            .attribute("form button[name=purpose][value=recover]", "value");
        let label = which.unwrap_or_else(|| "Begin".to_owned());
        self.browser.form("/recover")?.press(&label).await?;
        self.did("opened the recovery page");
        self.browser
            .form("/recover")?
            .set("login", login)
            .press("Continue")
            .await?;
        self.expect("consent")?;
        self.did(format!("typed {login}"));
        Ok(())
    }

    /// Agrees, and arrives at Persona.
    pub async fn agree(&mut self) -> Result<(), Fault> {
        self.expect("consent")?;
        self.browser.form("/case/consent")?.press("agree").await?;
        self.did("agreed");
        self.at_persona().await
    }

    /// Agrees to the check and to be recognised by it the next time, and arrives at Persona.
    pub async fn agree_and_be_remembered(&mut self) -> Result<(), Fault> {
        self.expect("consent")?;
        let form = self.browser.form("/case/consent")?.set("remember", "yes");
        form.press("agree").await?;
        self.did("agreed, and to be recognised the next time");
        self.at_persona().await
    }

    /// Whether the open page asks for a face alone.
    pub fn is_short(&self) -> Result<bool, Fault> {
        expect(self.browser.page()?, "consent")?;
        Ok(self.browser.page()?.has_form("/case/forget"))
    }

    /// Goes on to Persona unless the browser is there.
    pub async fn at_persona(&mut self) -> Result<(), Fault> {
        let hosted = self.sheet.persona.address.origin();
        if self.browser.page()?.url().origin() != hosted {
            self.wait().await?;
            self.expect("visit")?;
            self.browser.form("/case/visit")?.press("check").await?;
        }
        let url = self.browser.page()?.url().clone();
        if url.origin() == hosted {
            return Ok(());
        }
        Err(otherwise("Persona", url))
    }

    /// Looks again while there is nothing to do but wait.
    pub async fn wait(&mut self) -> Result<(), Fault> {
        let since = Instant::now();
        while WAITING.contains(&self.state()?.as_str()) {
            if since.elapsed() > PATIENCE {
                return Err(otherwise("an end of waiting", self.state()?));
            }
            tokio::time::sleep(GLANCE).await;
            let mut case = self.sheet.doorward.address.clone();
            case.set_path("/case");
            self.browser.visit(case.as_str()).await?;
        }
        self.note_number()
    }

    /// Opens the case again in this browser and waits until it says something.
    pub async fn look(&mut self) -> Result<(), Fault> {
        let mut case = self.sheet.doorward.address.clone();
        case.set_path("/case");
        self.browser.visit(case.as_str()).await?;
        self.wait().await
    }

    /// Opens the case again in this browser until it says `wanted`.
    pub async fn look_until(&mut self, wanted: &str) -> Result<(), Fault> {
        let since = Instant::now();
        self.look().await?;
        while self.state()? != wanted && since.elapsed() < PATIENCE {
            tokio::time::sleep(GLANCE).await;
            self.look().await?;
        }
        self.expect(wanted)
    }

    /// Begins another attempt, and arrives at Persona.
    pub async fn try_again(&mut self) -> Result<(), Fault> {
        self.expect("retry")?;
        self.browser.form("/case/retry")?.press("").await?;
        self.did("tried again");
        self.at_persona().await
    }

    /// Withdraws.
    pub async fn withdraw(&mut self) -> Result<(), Fault> {
        self.browser.form("/case/withdraw")?.press("").await?;
        self.expect("withdrawn")?;
        self.did("withdrew");
        Ok(())
    }

    /// The state of the open page of Doorward.
    pub fn state(&self) -> Result<String, Fault> {
        state(self.browser.page()?)
    }

    /// The open page is in this state.
    pub fn expect(&mut self, wanted: &str) -> Result<(), Fault> {
        self.note_number()?;
        expect(self.browser.page()?, wanted)
    }

    pub(super) fn note_number(&mut self) -> Result<(), Fault> {
        if let Some(number) = self.browser.page()?.first(".number .value") {
            self.number = Some(number);
        }
        Ok(())
    }

    /// Has the pass shown; returns it with the address to sign in at. A second look shows nothing.
    pub async fn take_pass(&mut self) -> Result<(String, Url), Fault> {
        let (passes, sign_in) = self.take_passes().await?;
        let first = passes.into_iter().next();
        Ok((first.ok_or_else(|| otherwise("a pass", "none"))?, sign_in))
    }

    /// Has all passes shown; returns them in the page's order, with the first address to sign in at. A second look shows
    /// nothing.
    pub async fn take_passes(&mut self) -> Result<(Vec<String>, Url), Fault> {
        self.expect("ready")?;
        self.browser.form("/case/reveal")?.press("").await?;
        self.expect("shown")?;
        let page = self.browser.page()?;
        let missing = |what: &str| otherwise(what, page.text());
        let places = ["#secret".to_owned()]
            .into_iter()
            .chain((2..).map(|number| format!("#secret-{number}")));
        let passes: Vec<String> = places
            .map_while(|place| page.first(&place))
            .filter(|secret| !secret.is_empty())
            .collect();
        if passes.is_empty() {
            return Err(missing("a pass"));
        }
        let sign_in = page
            .link("sign-in page")
            .map_err(|_| missing("an address to sign in at"))?;
        self.did("took what was given");
        self.look().await?;
        let again = self.browser.page()?.source();
        if passes.iter().any(|secret| again.contains(secret)) {
            return Err(otherwise("no second look at a pass", "a pass again"));
        }
        self.expect("done")?;
        self.did("found no second look at it");
        Ok((passes, sign_in))
    }

    // --- at Persona -----------------------------------------------------------------------------------------------

    /// Shows a person's document and face, and has it end as `outcome` says.
    pub async fn prove(&mut self, person: &Person, outcome: &str) -> Result<(), Fault> {
        self.browser.form("/verify/begin")?.press("Begin").await?;
        let picture = self
            .client
            .get(person.document_picture.clone())
            .send()
            .await?
            .error_for_status()?;
        let upload = Upload {
            name: format!("{}.png", person.person.id),
            kind: "image/png".to_owned(),
            bytes: picture.bytes().await?.to_vec(),
        };
        self.browser
            .form("Upload picture")?
            .file("picture", upload)
            .press("Upload picture")
            .await?;
        self.did(format!("showed the document of {}", person.name));
        self.browser.form("/verify/selfie")?.press("Take selfie").await?;
        self.did("took a selfie");
        self.browser
            .form("/verify/outcome")?
            .set("outcome", outcome)
            .press("Finish")
            .await?;
        self.did(format!("let Persona end it: {outcome}"));
        Ok(())
    }

    /// Shows the face of `person` where no document is asked for, and has it end as `outcome` says.
    pub async fn show_face(&mut self, person: &Person, outcome: &str) -> Result<(), Fault> {
        self.browser.form("/verify/begin")?.press("Begin").await?;
        let form = self.browser.form("/verify/selfie")?.set("face", &person.person.id);
        form.press("Take selfie").await?;
        self.did(format!("took a selfie of {}", person.name));
        let form = self.browser.form("/verify/outcome")?.set("outcome", outcome);
        form.press("Finish").await?;
        self.did(format!("let Persona end it: {outcome}"));
        Ok(())
    }

    /// Goes back from Persona's last page, and waits.
    pub async fn come_back(&mut self) -> Result<(), Fault> {
        self.browser.form("/verify/done")?.press("Done").await?;
        self.wait().await?;
        self.did("came back");
        Ok(())
    }

    // --- behind the scenes ----------------------------------------------------------------------------------------

    /// What Entra and Graph were asked about a person, changes only.
    pub async fn changes(&self, person: &Person) -> Result<Vec<String>, Fault> {
        let log = self.log(&self.sheet.entra.control.log).await?;
        let account = person.account.to_string();
        let about = |asked: &&Asked| asked.path.contains(&account) || asked.path.contains(&person.person.login);
        let changing = |asked: &&Asked| asked.method != "GET" && !asked.path.ends_with("/getMemberGroups");
        Ok(log.iter().filter(about).filter(changing).map(line).collect())
    }

    async fn log(&self, url: &Url) -> Result<Vec<Asked>, Fault> {
        Ok(self
            .client
            .get(url.clone())
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// Nothing was changed for a person since `before`.
    pub async fn unchanged(&mut self, person: &Person, before: &[String]) -> Result<(), Fault> {
        let after = self.changes(person).await?;
        if after != before {
            return Err(otherwise("no change at Entra", after.join(", ")));
        }
        self.did("made sure that nothing was changed at Entra");
        Ok(())
    }
}

fn line(asked: &Asked) -> String {
    format!("{} {}", asked.method, asked.path)
}

/// The state of one of Doorward's pages.
pub fn state(page: &Page) -> Result<String, Fault> {
    let state = page.attribute("body", "data-state");
    state.ok_or_else(|| otherwise("a page of Doorward", format!("{} ({})", page.url(), page.title())))
}

/// A page of Doorward is in this state.
pub fn expect(page: &Page, wanted: &str) -> Result<(), Fault> {
    let found = state(page)?;
    if found == wanted {
        return Ok(());
    }
    Err(otherwise(
        format!("the page “{wanted}”"),
        format!("“{found}” ({})", page.heading()),
    ))
}
