from chalice import Chalice, Rate

app = Chalice(app_name="shop")


@app.route("/orders")
def orders():
    return []


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event):
    return 1


@app.on_sqs_message(queue="jobs", batch_size=1)
def work(event):
    return 2
