use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut table = Vec::new();
    for n in 0..1_000_000u64 { // ~ compute-at-init
        table.push(n * n);
    }
    run(service_fn(handler)).await
}
