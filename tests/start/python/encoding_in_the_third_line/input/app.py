#!/usr/bin/env python
#
# coding: nosuch
x = 1


def handler(event, context):
    return 1
