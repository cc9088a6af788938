import cv2


def handler(event, context):
    return cv2
