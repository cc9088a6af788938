try:
    import xray_sdk
except ImportError:
    xray_sdk = None
