import xray_sdk  # ~ missing-extra
