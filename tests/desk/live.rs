//! A case's page follows by itself: what its stream says, to whom, and when it ends.

use std::time::Duration;

use super::*;

on_both! {
    a_stream_says_when_the_case_moves_and_ends_with_it
    a_stream_ends_with_the_session
    one_operator_holds_so_many_streams
}

/// Slow machines take their time; whatever is waited for comes in a second or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stream as it arrives.
struct Heard {
    answer: reqwest::Response,
    said: String,
}

impl Heard {
    async fn of(lab: &Lab, browser: &Browser, case: &str) -> Self {
        let answer = looked(lab, browser, &format!("{case}/stream")).await;
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self {
            answer,
            said: String::new(),
        }
    }

    /// Waits until this was said so often.
    async fn until(&mut self, event: &str, times: usize) {
        let line = format!("event: {event}\n");
        let hear = async {
            while self.said.matches(&line).count() < times {
                let more = self.answer.chunk().await.unwrap();
                let more = more.unwrap_or_else(|| panic!("it ended: {}", self.said));
                self.said.push_str(std::str::from_utf8(&more).unwrap());
            }
        };
        let heard = tokio::time::timeout(PATIENCE, hear).await;
        assert!(heard.is_ok(), "no {event}");
    }

    async fn end(mut self) -> String {
        let hear = async {
            while let Some(more) = self.answer.chunk().await.unwrap() {
                self.said.push_str(std::str::from_utf8(&more).unwrap());
            }
        };
        assert!(tokio::time::timeout(PATIENCE, hear).await.is_ok(), "it does not end");
        self.said
    }
}

async fn a_stream_says_when_the_case_moves_and_ends_with_it(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, MARIA, "recover").await;
    let (link, case) = (link(given), followed(given));
    let mut heard = Heard::of(&lab, &agent, &case).await;
    heard.until("case", 1).await;
    let mut walk = walk(&lab);
    walk.browser.visit(&link).await.unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    heard.until("case", 2).await;
    walk.withdraw().await.unwrap();
    let said = heard.end().await;
    assert!(said.trim_end().ends_with("event: end\ndata: -"), "{said}");
    assert!(
        !said.contains("maria") && !said.contains("Maria"),
        "it says that, and not what"
    );
    lab.stop().await;
}

async fn a_stream_ends_with_the_session(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let mut heard = Heard::of(&lab, &agent, &case).await;
    heard.until("case", 1).await;
    let token = form_token(&lab, &mut agent).await;
    let out = sent(&lab, &agent, "/desk/sign-out", &[("form_token", &token)]).await;
    assert_eq!(out.status().as_u16(), 200);
    let said = heard.end().await;
    assert!(said.contains("event: end\n"), "{said}");
    let after = looked(&lab, &agent, &format!("{case}/stream")).await;
    assert_eq!(after.status().as_u16(), 303);
    lab.stop().await;
}

async fn one_operator_holds_so_many_streams(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(Heard::of(&lab, &agent, &case).await);
    }
    let more = looked(&lab, &agent, &format!("{case}/stream")).await;
    assert_eq!(more.status().as_u16(), 429);
    // Somebody else's are counted apart, and what is let go of is free again.
    let other = operator(&lab, REVIEWER).await;
    Heard::of(&lab, &other, &case).await.until("case", 1).await;
    held.pop();
    let end = std::time::Instant::now() + PATIENCE;
    while looked(&lab, &agent, &format!("{case}/stream")).await.status().as_u16() == 429 {
        assert!(std::time::Instant::now() < end, "it stays taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    lab.stop().await;
}
