"""Names of columns become words, and what has capitals of its own keeps them."""

import pytest

from ml.data.labels import label_of

LABELS = {
    "Loan_Amount_Term": "Loan amount term",
    "petalLength": "Petal length",
    "petal.length": "Petal length",
    "age": "Age",
    "ApplicantIncome": "Applicant income",
    "NoOfDependents": "No of dependents",
    # capitals of their own
    "pH": "pH",
    "pHValue": "pH value",
    "eGFR": "eGFR",
    "iPhoneModel": "iPhone model",
    "CO2": "CO2",
    "CO2Level": "CO2 level",
    "BMI": "BMI",
    "avg_BMI": "Avg BMI",
    "avgBMI": "Avg BMI",
    "IDs": "IDs",
    "CustomerID": "Customer ID",
    "MonthlyIncomeUSD": "Monthly income USD",
    "HDL_Cholesterol": "HDL cholesterol",
    "HDLCholesterol": "HDL cholesterol",
    "Vitamin_D": "Vitamin D",
    "B2B_sales": "B2B sales",
    # nothing but capitals
    "LOAN_AMOUNT": "Loan amount",
    "PAY_0": "Pay 0",
    "EDUCATION": "Education",
    "SEX": "SEX",
    # other letters, marks and spaces
    "GrößeInCm": "Größe in cm",
    "über_alles": "Über alles",
    "straßeNr": "Straße nr",
    "Größe (cm)": "Größe (cm)",
    "sepal length (cm)": "Sepal length (cm)",
    "PM2.5": "PM2.5",
    "score.1": "Score 1",
    "1stFlrSF": "1st flr SF",
    "capital-gain": "Capital-gain",
    "buys A": "Buys A",
    " a  b ": "A b",
    # words already
    "Net Income (EUR)": "Net Income (EUR)",
    "NET INCOME": "NET INCOME",
    "Mobile Phone Contracts": "Mobile Phone Contracts",
    "days since Last Call": "Days since Last Call",
    "Score v1.2  new": "Score v1.2 new",
    "pH Value": "pH Value",
    "Net_Income (EUR)": "Net income (EUR)",
    "x": "X",
    "_": "_",
    "": "",
}


@pytest.mark.parametrize(("name", "label"), LABELS.items())
def test_labels_are_words(name, label):
    assert label_of(name) == label
