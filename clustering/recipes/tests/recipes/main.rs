//! Twenty reloads and five upgrades under load lose no request to any recipe, and long connections end with a goodbye.
//!
//! `SOAK=1 cargo test` does all of them; without it there are two and one.

mod clients;
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use clients::{CLIENTS, Events, Kind, Load};
use server::{Server, soak, until};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const RELOADS: (usize, usize) = (20, 2);
const UPGRADES: (usize, usize) = (5, 1);

/// Replaces all workers again and again while clients ask, and adds up what became of their requests.
async fn nothing_is_lost(server: &mut Server, kinds: &[Kind]) {
    let (reloads, upgrades) = (soak(RELOADS), soak(UPGRADES));
    let address = server.address;
    let loads: Vec<_> = kinds
        .iter()
        .map(|kind| Load::start(kind, address))
        .collect();
    let answers = async |count: usize| {
        for load in &loads {
            let enough = load.answered() + count;
            until("answers come", || load.answered() >= enough).await;
        }
    };
    for change in 0..reloads + upgrades {
        answers(soak((1_000, 100))).await;
        if change < reloads {
            server.reload().await;
        } else {
            server.upgrade().await;
        }
    }
    answers(100).await;

    for (kind, load) in kinds.iter().zip(loads) {
        let tally = load.stop().await;
        println!("{kind}: {reloads} reloads, {upgrades} upgrades: {tally}");
        assert!(tally.lost.is_empty(), "{kind}: {tally}");
        assert_eq!(
            tally.sent,
            tally.answered + tally.handed_back,
            "{kind}: {tally}"
        );
        if let Kind::WebSocket | Kind::Tcp = kind {
            let kept = CLIENTS * (reloads + upgrades);
            assert!(
                tally.goodbyes >= kept,
                "{kind}: {kept} connections, {tally}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_to_hyper_is_lost() {
    nothing_is_lost(&mut Server::start("sse", &[]), &[Kind::Http]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_post_to_axum_is_lost() {
    nothing_is_lost(&mut Server::start("axum", &[]), &[Kind::Axum]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_on_a_websocket_is_lost_and_each_one_is_closed_with_a_goodbye() {
    nothing_is_lost(&mut Server::start("websocket", &[]), &[Kind::WebSocket]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_on_plain_tcp_is_lost_and_each_connection_ends_with_a_goodbye() {
    nothing_is_lost(&mut Server::start("tcp", &[]), &[Kind::Tcp]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_over_tls_is_lost_by_http_2_or_by_http_1() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.pem");
    fs::write(&file, made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
    let client = |protocol: &str| {
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![protocol.into()];
        Arc::new(config)
    };
    let kinds = [Kind::Http2(client("h2")), Kind::Https(client("http/1.1"))];

    nothing_is_lost(&mut Server::start("tls", &[file.to_str().unwrap()]), &kinds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_ends_with_a_goodbye() {
    let mut server = Server::start("sse", &[]);
    until("two workers", || server.workers().len() == 2).await;
    let old = server.workers();
    let mut streams = Vec::new();
    for _ in 0..2 * CLIENTS {
        streams.push(Events::open(server.address).await.unwrap());
    }

    server.reload().await;

    let mut seen = BTreeSet::new();
    for stream in streams {
        seen.extend(stream.worker());
        let rest = stream.rest().await.unwrap();
        assert!(rest.ends_with("event: goodbye\ndata: \n\n"), "{rest}");
    }
    assert_eq!(seen, old);
    let again = Events::open(server.address).await.unwrap();
    assert!(server.workers().contains(&again.worker().unwrap()));
}
