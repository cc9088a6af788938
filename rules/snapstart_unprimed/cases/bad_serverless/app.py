def handler(event, context):
    import big

    return big.answer()
