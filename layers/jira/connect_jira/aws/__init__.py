"""The services of AWS that an event waits for, spoken to directly, or by boto3 where that is chosen.

boto3 does this for three hundred services, and loading it is most of a function's cold start. Four are needed
here; they share one protocol (JSON over POST) and one signature, and neither has changed since 2012. What few
events need, and credentials that are not in the environment, are left to boto3, loaded when they come.

Callers know `Aws` and `AwsService`; of the two clients behind it neither shows.
"""
