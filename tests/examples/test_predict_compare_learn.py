"""The textbook's rows, as the example prints them."""


def test_it_tells_the_rows_in_order_with_the_published_numbers(course):
    printed = course("predict_compare_learn").printed
    rows = ["0.30250000000000005", "derivative is -0.55"]  # A1
    rows += ["error 0.022500 as it is, 0.004225 up, 0.055225 down"]  # A2
    rows += ["round    2  knob 0.501  error 0.30195025"]  # A3
    rows += ["round 1101  knob 1.600  error 1.0799506e-27", "round 1102  knob 1.601  error 2.5e-07"]
    rows += ["0.3025, 0.17015625", "5.408208e-06"]  # A4
    rows += ["errors 0.64, 0.36, 0.2025, 0.11390625"]  # A5
    rows += ["errors 0.04, 0.36, 3.24, 29.16"]  # A6
    rows += ["errors 0.04, 0.0144", "1.485277e-10"]  # A7
    rows += ["errors 0.0196, 0.0013135188, 8.8027125e-05"]  # A8
    rows += ["pred [0.195 0.13  0.585], errors [0.009025 0.7569   0.235225]"]  # A9
    rows += ["knobs [0.293825 0.25655  0.868475]"]  # 0.1 * input * (pred - goal_pred) less, each
    rows += ["step 20  error 1.2e-16  first 0.1000"]  # held
    places = [printed.find(row) for row in rows]
    assert -1 not in places
    assert places == sorted(places)
