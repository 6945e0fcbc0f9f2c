//! `cargo lambda invoke` calls `::1` by default, and the functions are served on 127.0.0.1. This module carries connections from
//! the one to the other.

use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Carries connections to this port of `::1` to the same port of 127.0.0.1, for ever. Does nothing on a machine without IPv6, or
/// when another program has the port: then the command needs `--invoke-address 127.0.0.1`.
pub(crate) async fn carry(port: u16) {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await else {
        return;
    };
    while let Ok((mut client, _)) = listener.accept().await {
        tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                // Either side may close the connection at any time.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
