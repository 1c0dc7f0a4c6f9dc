"""Whether a multilingual space is sound: measured on parallel texts, before and after debiasing."""
