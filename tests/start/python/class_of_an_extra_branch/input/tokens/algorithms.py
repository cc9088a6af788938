try:
    import fastcrypto

    HAS_CRYPTO = True
except ImportError:
    HAS_CRYPTO = False

if HAS_CRYPTO:

    class RSA:
        pass
