//! `then`, `catch`, `Promise.all` and its siblings, as Node has them.

mod support;

use event_loop::*;
use support::on_virtual_clock;

#[test]
fn combinators_of_promises_do_what_nodes_do() {
    run(async {
        let value = |n: i32| Promise::resolved(n);
        let fails = |why: &'static str| Promise::<i32>::rejected(why);

        assert_eq!(Promise::all([value(1), value(2)]).await?, [1, 2]);
        assert!(Promise::all([] as [Promise<i32>; 0]).await?.is_empty());
        let error = Promise::all([value(1), fails("no")]).await.unwrap_err();
        assert_eq!(error.root_cause().to_string(), "no");
        let settled = Promise::all_settled([fails("no"), value(2)]).await?;
        assert!(matches!(&settled[..], [Err(_), Ok(2)]));
        assert_eq!(Promise::race([Promise::pending().0, value(3)]).await?, 3);
        assert_eq!(Promise::any([fails("no"), value(4)]).await?, 4);
        let none = Promise::any([fails("a"), fails("b")]).await;
        assert!(matches!(none, Err(Error::AllRejected(errors)) if errors.len() == 2));
        assert_eq!(fails("no").catch(|_| Ok::<_, Error>(5)).await?, 5);
        Ok::<_, Error>(())
    })
    .into_result()
    .unwrap();
}

#[test]
fn an_error_keeps_its_type_on_its_way_through_promises() {
    let exit = run(async {
        let inner = spawn(async { Err::<(), _>(std::io::Error::other("deep")) });
        let error = spawn(inner).then(|()| ()).await.unwrap_err();
        let Error::Rejected(cause) = error else {
            panic!("{error:?}")
        };
        assert!(cause.is::<std::io::Error>());
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn promises_that_never_settle_do_not_hold_the_loop_however_many_they_are() {
    for count in [30, 31, 100] {
        let exit = on_virtual_clock().run(async move {
            let all: Vec<_> = (0..count).map(|_| Promise::<()>::pending()).collect();
            let (promises, _resolvers): (Vec<_>, Vec<_>) = all.into_iter().unzip();
            Promise::all(promises).await
        });

        assert_eq!(exit.code(), 13, "{count}");
    }
}
