module verify_draw

go 1.19
