//! How often pages call the database: sequential round trips, and calls in each. Counted, not timed.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::mail::MailSettings;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::Role;
use shared::domain::validation::text;

use crate::harness::pages::form;
use crate::harness::portal::{PASSWORD, Portal};
use crate::harness::{App, Call};
use crate::portal_routes::Street;

/// A page, or the answer to a form if there is one: its status, with the number of calls in each of its round trips.
async fn spent(app: &App, session: &str, path: &str, fields: Option<&[(&str, &str)]>) -> (u16, Vec<usize>) {
    app.wire.take_calls();
    let answer = match fields {
        Some(fields) => app.submit(session, path, fields).await,
        None => app.look_at(session, path).await,
    };
    (answer.status, app.wire.take_rounds())
}

#[tokio::test]
async fn a_page_is_one_round_of_calls_with_its_session() {
    let Street { app, customer, reseller, resellee, .. } = Street::new().await;
    let one = format!("/reseller/{customer}");
    for (session, path, calls) in [
        (&reseller, "/reseller", 3),
        (&reseller, "/reseller?sort=name&direction=desc&rows=100", 3),
        (&reseller, "/reseller?sort=email", 3),
        (&reseller, "/reseller?sort=status", 3),
        (&reseller, "/reseller?sort=registered", 3),
        (&reseller, "/reseller?status=active", 3),
        (&reseller, "/reseller/new", 1),
        (&reseller, &format!("{one}?tab=2"), 2),
        (&reseller, &format!("{one}/tokens/new"), 1),
        (&resellee, "/organization?tab=2", 2),
        (&resellee, "/organization/tokens/new", 1),
    ] {
        assert_eq!(spent(&app, session, path, None).await, (200, vec![calls]), "{path}");
        // One that is refused costs no more, less where the cookie tells whose it is, and a call for what stands around the answer.
        let (status, rounds) = spent(&app, if session == &reseller { &resellee } else { &reseller }, path, None).await;
        let (around, refused) = rounds.split_last().unwrap();
        assert!(status == 404 && *around == 1, "{path}: {status} {rounds:?}");
        assert!(refused.len() <= 1 && refused.iter().all(|of_one| *of_one <= calls), "{path}: {rounds:?}");
    }
    assert_eq!(spent(&app, &reseller, "/", None).await, (303, vec![1]));
    // What was selected is read once it is known for whom; a search reads as far as it must.
    assert_eq!(spent(&app, &reseller, &format!("/reseller/delete?id={customer}"), None).await, (200, vec![1, 1]));
    assert_eq!(spent(&app, &reseller, "/reseller?search=acme", None).await, (200, vec![1, 1]));
}

#[tokio::test]
async fn a_form_makes_as_many_calls_as_the_same_call_of_the_api() {
    let Street { app, tenant, customer, reseller, resellee, .. } = Street::new().await;
    let one = format!("/reseller/{customer}");
    let new = [("form_key", "0b1f7d5e"), ("name", "Bolt"), ("email", "office@bolt.example")];
    assert_eq!(spent(&app, &reseller, "/reseller/new", Some(&new)).await, (303, vec![1, 1, 1]));
    assert_eq!(spent(&app, &reseller, "/reseller/new", Some(&new)).await, (303, vec![1]), "sent twice");
    assert_eq!(spent(&app, &reseller, "/reseller/new", Some(&[("name", "Bolt")])).await, (422, vec![1]));
    let made = app.list(&tenant, "filter=name=Bolt").await.ids()[0].to_string();
    assert_eq!(spent(&app, &reseller, "/reseller/delete", Some(&[("id", &made)])).await, (303, vec![1, 1, 1]));
    assert_eq!(spent(&app, &reseller, "/reseller/delete", Some(&[("id", &made)])).await, (303, vec![1, 1]), "it is gone already");
    let changed = [("name", "Acme Ltd"), ("email", "customer@example.com"), ("phone", ""), ("is_active", "true")];
    assert_eq!(spent(&app, &reseller, &one, Some(&changed)).await, (303, vec![1, 1]));
    assert_eq!(spent(&app, &reseller, &one, Some(&changed)).await, (303, vec![1]), "nothing changes");
    assert_eq!(spent(&app, &reseller, &one, Some(&[("name", "")])).await, (422, vec![1]));
    let token = [("form_key", "6a524f0a"), ("name", "Batch jobs"), ("type", "batch"), ("valid_years", "1")];
    assert_eq!(spent(&app, &resellee, "/organization/tokens/new", Some(&token)).await, (200, vec![1, 1]));
    assert_eq!(spent(&app, &resellee, "/organization/tokens/new", Some(&token)).await, (200, vec![1]), "sent twice");
    let page = app.look_at(&resellee, "/organization?tab=2").await.expect(200).body;
    let delete = page.split('"').find(|part| part.ends_with("/delete")).unwrap();
    assert_eq!(spent(&app, &resellee, delete, None).await, (200, vec![1]));
    assert_eq!(spent(&app, &resellee, delete, Some(&[])).await, (303, vec![1, 1]));
    assert_eq!(spent(&app, &resellee, delete, Some(&[])).await, (303, vec![1]), "it is gone already");
    assert_eq!(spent(&app, &resellee, "/logout", Some(&[])).await, (303, vec![1, 1]));
    assert_eq!(spent(&app, &resellee, "/organization?tab=2", None).await, (303, vec![2]), "its session has ended");
}

#[tokio::test]
async fn getting_in_makes_as_many_calls_as_its_page_says() {
    let Street { app, tenant, customer, .. } = Street::new().await;
    let sender = text("no-reply@example.com", 254).unwrap().unwrap();
    app.set_mail(Some(MailSettings { sender, folder: None }));
    app.start_functions().await;
    let of_reseller = format!("/login/reseller-{}", tenant.id);
    let right = [("reseller", "reseller-1"), ("email", "ben@acme.example"), ("password", PASSWORD)];
    let wrong = [("reseller", "reseller-1"), ("email", "ben@acme.example"), ("password", "Wrong horse 42")];
    assert_eq!(spent(&app, "", "/login", None).await, (200, vec![]));
    assert_eq!(spent(&app, "", &of_reseller, None).await, (200, vec![1, 1]));
    assert_eq!(spent(&app, "", "/login/nobodys", None).await, (200, vec![1]));
    assert_eq!(spent(&app, "", "/login", Some(&right)).await, (303, vec![1; 6]));
    assert_eq!(spent(&app, "", &of_reseller, Some(&right)).await, (303, vec![1; 6]));
    assert_eq!(spent(&app, "", "/login", Some(&wrong)).await, (422, vec![1; 5]));
    assert_eq!(spent(&app, "", &of_reseller, Some(&wrong)).await, (422, vec![1; 7]), "the look of the reseller is read again");
    assert_eq!(spent(&app, "", "/forgotten", None).await, (200, vec![]));
    let forgotten = [("reseller", "reseller-1"), ("email", "ben@acme.example")];
    assert_eq!(spent(&app, "", "/forgotten", Some(&forgotten)).await, (200, vec![1, 1, 1]));

    let portal = Portal::of(&app).await;
    for (of, role, email) in
        [(None, Role::Reseller, "new@northwind.example"), (Some(customer), Role::Resellee, "new@acme.example")]
    {
        let (_, link) = portal.invite(&app, &tenant, of, role, email).await;
        let link = format!("/invitation/{link}");
        assert_eq!(spent(&app, "", &link, None).await, (200, vec![1, 1, 1]), "the link, and the look of its reseller");
        assert_eq!(spent(&app, "", &link, Some(&[("password", "short")])).await, (422, vec![1, 1, 1]));
        assert_eq!(spent(&app, "", &link, Some(&[("password", PASSWORD)])).await, (303, vec![1, 1, 1]));
        assert_eq!(spent(&app, "", &link, None).await, (404, vec![1]));
    }
    assert_eq!(spent(&app, "", "/invitation/x", None).await, (404, vec![]), "it was not issued here");
}

#[tokio::test]
async fn that_a_session_is_used_is_written_once_an_hour_and_every_read_of_a_page_is_consistent() {
    let Street { app, reseller, .. } = Street::new().await;
    let client = app.raw_client();
    let rows = client.scan().table_name(app.store.table_name()).send().await.unwrap().items.unwrap();
    let sessions = rows.into_iter().filter(|row| row["PK"].as_s().unwrap().starts_with("SESSIONS#"));
    let hours_ago = AttributeValue::S(Timestamp::now().minus(Duration::from_secs(2 * 60 * 60)).to_string());
    let aged = sessions.map(|mut row| {
        row.insert("last_seen".to_owned(), hours_ago.clone());
        row
    });
    app.put_rows(aged).await;
    app.wire.take_calls();
    app.look_at(&reseller, "/reseller").await.expect(200);
    let calls = app.wire.take_calls();
    calls.iter().for_each(Call::expect_consistent_and_metered);
    let writes: Vec<&Call> = calls.iter().filter(|call| call.operation == "TransactWriteItems").collect();
    assert_eq!((calls.len(), writes.len()), (4, 1), "{calls:?}");
    assert_eq!(writes[0].permissions(), ["PutItem: SESSIONS#*"]);
    assert_eq!(spent(&app, &reseller, "/reseller", None).await, (200, vec![3]));
    let body = form(&[("name", "Bolt"), ("email", "office@bolt.example")]);
    app.page("POST", "/reseller/new", &reseller).form(&body).send().await.expect(303);
    app.wire.take_calls().iter().for_each(Call::expect_consistent_and_metered);
}
