//! What primary and worker say to each other, and the sockets that go with it.

pub mod acceptor;
pub mod channel;
pub mod protocol;
