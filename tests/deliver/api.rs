//! The list of deliveries as the API shows it, and who may see what.

use doorward_lab::caller::{Api, Error};
use doorward_lab::{Database, Lab};
use serde_json::{Value, json};

use super::stand::{Manner, Receiver};
use super::story::{BADGES, lab_telling, listed};
use super::until;

fn status(result: Result<Value, Error>) -> u16 {
    match result {
        Err(Error::Refused { status, .. }) => status,
        other => panic!("{other:?}"),
    }
}

fn machine(lab: &Lab, token: &str) -> Api {
    Api::new(lab.sheet().doorward.api.clone(), token.to_owned()).unwrap()
}

/// Three cases, each told to the receiver.
async fn three(lab: &Lab) {
    for (person, ticket) in [
        ("maria-silva", "INC1"),
        ("juergen-mueller", "INC2"),
        ("omar-al-rashid", "INC3"),
    ] {
        let person = lab.people().iter().find(|known| known.id == person).unwrap();
        lab.link(person, "recover", ticket).await.unwrap();
    }
    until("all three are told", async || {
        listed(lab, "?webhook=story&state=delivered").await.len() == 3
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_paged_and_filtered_and_each_delivery_shows_its_message_and_attempts() {
    let receiver = Receiver::start().await;
    let (lab, _folder) = lab_telling(Database::Sqlite, &receiver).await;
    three(&lab).await;
    let all = listed(&lab, "?webhook=story").await;
    let mut paged = Vec::new();
    let mut query = "deliveries?webhook=story&limit=1".to_owned();
    loop {
        let page = lab.api().get(&query).await.unwrap();
        paged.extend(page["deliveries"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("deliveries?webhook=story&limit=1&cursor={next}");
    }
    assert_eq!(paged, all);
    assert!(
        all.windows(2)
            .all(|two| two[0]["made_at"].as_str() >= two[1]["made_at"].as_str())
    );
    let case = all[0]["case"].as_str().unwrap();
    assert_eq!(listed(&lab, &format!("?webhook=story&case={case}")).await, all[..1]);
    assert_eq!(listed(&lab, "?webhook=story&type=case.opened").await.len(), 3);
    assert!(listed(&lab, "?webhook=story&type=case.closed").await.is_empty());
    assert!(listed(&lab, "?webhook=story&state=given_up").await.is_empty());

    let id = all[0]["id"].as_str().unwrap();
    let one = lab.api().get(&format!("deliveries/{id}")).await.unwrap();
    assert_eq!(one["message"]["data"]["case"]["id"], case);
    assert_eq!(one["attempts"][0]["status"], 204);
    let heard = receiver.heard();
    let message = heard.iter().find(|message| message.id == id).unwrap();
    assert_eq!(one["message"], message.body());

    let api = lab.api();
    assert_eq!(status(api.get("deliveries/msg_nobodys").await), 404);
    for wrong in ["cursor=msg_nobodys", "case=nonsense"] {
        assert_eq!(status(api.get(&format!("deliveries?{wrong}")).await), 422, "{wrong}");
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_sent_once_more_unless_its_receiver_is_gone() {
    let receiver = Receiver::start().await;
    let (lab, _folder) = lab_telling(Database::Sqlite, &receiver).await;
    three(&lab).await;
    let id = listed(&lab, "?webhook=story").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let replay = format!("deliveries/{id}/replay");
    lab.api().post(&replay, &json!({})).await.unwrap();
    let heard = receiver.hears(4).await;
    assert_eq!(heard[3].id, id);
    receiver.answers(Manner::Status(410));
    lab.api().post(&replay, &json!({})).await.unwrap();
    until("it is gone", async || {
        !lab.api().get(&format!("deliveries/{id}")).await.unwrap()["webhook_gone_at"].is_null()
    })
    .await;
    assert_eq!(status(lab.api().post(&replay, &json!({})).await), 409);
    assert_eq!(receiver.heard().len(), 5);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_refused_and_who_may_not_see_a_case_sees_no_delivery_of_it() {
    let receiver = Receiver::start().await;
    let (lab, _folder) = lab_telling(Database::Sqlite, &receiver).await;
    three(&lab).await;
    let id = listed(&lab, "").await[0]["id"].as_str().unwrap().to_owned();
    let (one, replay) = (format!("deliveries/{id}"), format!("deliveries/{id}/replay"));
    let stranger = machine(&lab, "a-token-that-was-never-given-to-anybody");
    assert_eq!(status(stranger.get("deliveries").await), 401);
    assert_eq!(status(stranger.get(&one).await), 401);
    assert_eq!(status(stranger.post(&replay, &json!({})).await), 401);
    let badges = machine(&lab, BADGES);
    assert_eq!(badges.get("deliveries").await.unwrap()["deliveries"], json!([]));
    assert_eq!(status(badges.get(&one).await), 404);
    assert_eq!(status(badges.post(&replay, &json!({})).await), 404);
    assert_eq!(receiver.heard().len(), 3);
    lab.stop().await;
}
